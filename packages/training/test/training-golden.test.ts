import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

interface Case {
  readonly name: string;
  readonly norm?: boolean;
  readonly losses: number[];
  readonly gradients?: string[];
  readonly weights?: string[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../tools/golden/reference/training.json', import.meta.url), 'utf8'),
) as { tool: string; cases: Case[] };
const program = new URL('./support/golden-training.mjs', import.meta.url).pathname;

/** The instruction sets this processor runs, as the addon itself lists them when asked for another. */
function instructionSets(): string[] {
  const probe = `import('${new URL('../../../native/dist/index.js', import.meta.url)}')
    .then(({ nativeAddon }) => nativeAddon()).catch((error) => console.log(error.message))`;
  const said = execFileSync(process.execPath, ['-e', probe], {
    env: { ...process.env, PROSODIA_ISA: 'none' },
  });
  return said.toString().trim().split('runs ')[1]!.split(', ');
}

function unpack(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Largest difference of two arrays over the largest element of the second. */
function furthest(a: string, b: string): number {
  const [mine, theirs] = [unpack(a), unpack(b)];
  expect(mine).toHaveLength(theirs.length);
  const scale = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return mine.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0) / scale;
}

const runs = [
  ...instructionSets().map((isa) => ({ engine: 'native', isa })),
  { engine: 'tensorflow', isa: '' },
];

// Float32 sums of a few hundred terms taken in another order; ten Adam steps stretch what differs in the gradients.
const GRADIENT = 2e-6;
const LOSS = 2e-6;
const WEIGHT = 2e-5;
// Batch normalisation divides by deviations well below 1 and takes rounding errors along; Keras' own are in single precision.
const NORMALISED = 4;

describe(`${reference.tool} agrees (tools/golden/write_training.py)`, () => {
  test.each(runs)('$engine $isa', async ({ engine, isa }) => {
    const env = { ...process.env, ...(isa === '' ? {} : { PROSODIA_ISA: isa }) };
    const { stdout } = await promisify(execFile)(process.execPath, [program, engine], { env });
    const results = JSON.parse(stdout.trim().split('\n').at(-1)!) as Case[];
    for (const [index, expected] of reference.cases.entries()) {
      const result = results[index]!;
      const stretched = expected.norm ? NORMALISED : 1;
      expect(result.losses).toHaveLength(10);
      const gaps = result.losses.map((loss, step) => Math.abs(loss - expected.losses[step]!));
      expect(Math.max(...gaps)).toBeLessThan(stretched * LOSS);
      for (const [i, gradient] of (expected.gradients ?? []).entries()) {
        expect(furthest(result.gradients![i]!, gradient)).toBeLessThan(stretched * GRADIENT);
        expect(furthest(result.weights![i]!, expected.weights![i]!)).toBeLessThan(stretched * WEIGHT);
      }
    }
  });
});
