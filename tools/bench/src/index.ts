import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { BENCHES, type BenchName } from './benches/index.js';
import { describeMachine, type Machine } from './machine.js';
import type { BenchRow, FiguredRows } from './row.js';

export { BENCHES, type BenchName } from './benches/index.js';
export { type Contender, type Contest, contest, inProcess, type Running } from './contender.js';
export { describeMachine, type Machine, ownVersion } from './machine.js';
export { nodePeer, pythonPeer } from './peer-places.js';
export { type BenchRow, median, rowOf } from './row.js';

const USAGE = `Usage: npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [--json] [--svg FILE]
       npm run bench -- augment [--report FILE.html | --corpus]
       npm run bench -- soak [--minutes MINUTES] [--calls CALLS]

Runs Prosodia and its peers in turn, in one run, on the same clips, and prints medians and ratios
(the peer's time divided by ours). Peers are set up by pinned version; one that cannot be had is named.`;

/** Runs the bench asked for; the last line is JSON with \`--json\`. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      svg: { type: 'string' },
      corpus: { type: 'boolean' },
      report: { type: 'string' },
      minutes: { type: 'string', default: '30' },
      calls: { type: 'string', default: '10000' },
    },
  });
  const [name = 'features', ...more] = positionals;
  if (values.help || !(name === 'soak' || Object.hasOwn(BENCHES, name)) || more.length > 0) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  if (name === 'soak') {
    const { soakRuntime } = await import('./benches/runtime.js');
    console.log(JSON.stringify(await soakRuntime(Number(values.minutes), Number(values.calls))));
    return 0;
  }
  const found: BenchRow[] | FiguredRows = await BENCHES[name as BenchName](values);
  const { rows, figures, tables, svg }: FiguredRows = Array.isArray(found)
    ? { rows: found, figures: {} }
    : found;
  const machine = describeMachine();
  printTable(rows, machine);
  if (!tables && Object.keys(figures).length > 0) console.table(figures);
  for (const table of tables ?? []) console.table(table);
  if (values.svg !== undefined) {
    const { drawRows } = await import('./chart.js');
    await writeFile(values.svg, svg ?? drawRows(rows, machine));
  }
  if (values.json) console.log(JSON.stringify({ rows, ...figures, machine }));
  return 0;
}

function printTable(rows: readonly BenchRow[], machine: Machine): void {
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.isa}, Node ${machine.node}`);
  for (const work of new Set(rows.map((row) => row.work))) {
    console.log(`\n${work} (ms of one item; ratio: the system's time divided by ours)`);
    console.table(
      rows
        .filter((row) => row.work === work)
        .map(({ system, version, threads, medianMs, minMs, maxMs, ratio, accuracy, error }) => ({
          system,
          version,
          threads: threads ?? '',
          'median ms': medianMs?.toPrecision(3) ?? 'missing',
          spread: minMs === undefined ? '' : `${minMs.toPrecision(3)} – ${maxMs?.toPrecision(3)}`,
          ratio: ratio?.toFixed(2) ?? '',
          note: error ?? accuracy ?? '',
        })),
    );
  }
}
