import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchFeatures } from './features-bench.js';
import type { BenchRow } from './row.js';

export { benchFeatures } from './features-bench.js';
export { type BenchRow, median, rowOf } from './row.js';

const USAGE = `Usage: npm run bench -- features [--json]

Runs Prosodia and its peers in turn, in one run, on the same clips, and prints medians and ratios
(the peer's time divided by ours). Peers are set up by pinned version; one that cannot be had is named.`;

/** Runs the benches asked for; the last line is JSON with \`--json\`. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [bench = 'features', ...more] = positionals;
  if (values.help || bench !== 'features' || more.length > 0) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  const rows = await benchFeatures();
  const machine = cpus()[0]?.model ?? 'unknown';
  if (values.json) console.log(JSON.stringify({ rows, machine }));
  else printTable(rows, machine);
  return 0;
}

function printTable(rows: readonly BenchRow[], machine: string): void {
  console.log(`${machine}, one thread`);
  console.table(
    rows.map(({ system, version, work, medianMs, minMs, maxMs, ratio, error }) => ({
      system,
      version,
      work,
      'ms per clip': medianMs?.toFixed(3) ?? error,
      spread: minMs === undefined ? '' : `${minMs.toFixed(3)} – ${maxMs?.toFixed(3)}`,
      ratio: ratio?.toFixed(1) ?? '',
    })),
  );
}
