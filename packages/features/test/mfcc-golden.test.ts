import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { differences, type ReferenceCase, referenceCases, signalPath } from './reference.js';
import { instructionSets } from './support/instruction-sets.js';

interface Result {
  readonly data: string;
  readonly frames: number;
  readonly coefficients: number;
}

const program = new URL('./support/golden-features.mjs', import.meta.url).pathname;
const ravdess = process.env.RAVDESS_DIR;

/** Against librosa in float64: single precision where the rate is the file's own, another filter (soxr's) otherwise. */
function tolerance({ options, signal, clip }: ReferenceCase) {
  const fileHz = clip ? 48_000 : Number(/\d+$/.exec(signal!)?.[0] ?? 22.05) * 1_000;
  const wantedHz = options.sampleRateHz ?? 22_050;
  const sameRate = Math.abs(fileHz - wantedHz) < 1_000;
  if (!sameRate) return { max: 0.15, mean: 0.03, ofMeans: 0.03 };
  return { max: signal === 'silence' ? 2e-3 : 1e-3, mean: 1e-4, ofMeans: 5e-4 };
}

function run(isa: string, cases: readonly ReferenceCase[], pathOf: (one: ReferenceCase) => string): Result[] {
  const input = JSON.stringify(cases.map((one) => ({ path: pathOf(one), options: one.options })));
  const env = { ...process.env, PROSODIA_ISA: isa };
  const said = execFileSync(process.execPath, [program], { env, input, maxBuffer: 1 << 26 });
  return JSON.parse(said.toString()) as Result[];
}

function expectAlike(result: Result, expected: ReferenceCase): void {
  const { data, frames, coefficients } = result;
  expect({ frames, coefficients }).toEqual({
    frames: expected.frames,
    coefficients: expected.coefficients,
  });
  const bytes = Buffer.from(data, 'base64');
  const ours = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const found = differences(ours, expected.matrix, coefficients);
  const allowed = tolerance(expected);
  const beyond = Object.entries(found).filter(([kind, value]) => !(value <= allowed[kind as 'max']));
  expect({ name: expected.name, beyond }).toEqual({ name: expected.name, beyond: [] });
}

describe.each(instructionSets())('librosa agrees on %s (tools/golden/write_mfcc.py)', (isa) => {
  const cases = referenceCases('mfcc');
  const results = run(isa, cases, ({ signal }) => signalPath(signal!));
  test.each(cases.map((expected, index) => ({ name: expected.name, expected, index })))(
    '$name',
    ({ expected, index }) => expectAlike(results[index]!, expected),
  );

  (ravdess ? test : test.skip)('clips of RAVDESS', () => {
    const clips = referenceCases('ravdess');
    const pathOf = ({ clip }: ReferenceCase) =>
      ['wav', 'flac'].map((kind) => join(ravdess!, `${clip}.${kind}`)).find(existsSync) ?? clip!;
    run(isa, clips, pathOf).forEach((result, index) => {
      expectAlike(result, clips[index]!);
    });
  });
});
