import { execFileSync } from 'node:child_process';
import { extractFeatures, FeatureStream, featurePresets, resolveFeatureConfig } from '../src/index.js';
import { differences, referenceCases, signalPath } from './reference.js';
import { instructionSets } from './support/instruction-sets.js';

const program = new URL('./support/golden-features.mjs', import.meta.url).pathname;
const cases = referenceCases('recogniser-frames');

interface Result {
  readonly data: string;
  readonly frames: number;
  readonly coefficients: number;
}

function run(isa: string): Result[] {
  const input = JSON.stringify(
    cases.map(({ signal, options: { preset, ...options } }) => ({
      path: signalPath(signal!),
      options: { ...featurePresets[preset!], ...options },
    })),
  );
  const env = { ...process.env, PROSODIA_ISA: isa };
  return JSON.parse(execFileSync(process.execPath, [program], { env, input }).toString()) as Result[];
}

// Natural logarithms and their cosine sums, single precision beside torchaudio's double.
const TOLERANCE = { max: 2e-3, mean: 1e-4, ofMeans: 5e-4 };

describe.each(instructionSets())(
  'torchaudio agrees on %s (tools/golden/write_recogniser_frames.py)',
  (isa) => {
    const results = run(isa);
    test.each(cases.map((expected, index) => ({ name: expected.name, expected, index })))(
      '$name',
      ({ expected, index }) => {
        const { data, frames, coefficients } = results[index]!;
        expect([frames, coefficients]).toEqual([expected.frames, expected.coefficients]);
        const bytes = Buffer.from(data, 'base64');
        const ours = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        const found = differences(ours, expected.matrix, coefficients);
        const beyond = Object.entries(found).filter(([kind, value]) => !(value <= TOLERANCE[kind as 'max']));
        expect(beyond).toEqual([]);
      },
    );
  },
);

describe('frames that are each for themselves', () => {
  const clip = (length: number, value = 0) => ({
    samples: new Float32Array(length).fill(value),
    sampleRateHz: 16_000,
  });

  test('only whole ones count, and there is at least one', async () => {
    const matrices = await extractFeatures(
      [0, 399, 400, 559, 560].map((n) => clip(n)),
      featurePresets.kaldi,
    );
    expect(matrices.map(({ frames }) => frames)).toEqual([1, 1, 1, 1, 2]);
  });

  test('a constant is silence to kaldi, which takes the mean off', async () => {
    const [constant, silence] = await extractFeatures([clip(800, 0.5), clip(800)], featurePresets.kaldi);
    expect(constant!.data).toEqual(silence!.data);
    expect(silence!.data[0]).toBeCloseTo(Math.sqrt(23) * Math.log(2 ** -23), 3);
  });

  test('a sample that is not finite is found behind the last whole frame too', async () => {
    const bad = clip(559);
    bad.samples[558] = Number.NaN;
    await expect(extractFeatures([bad], featurePresets.kaldi)).rejects.toThrow('sample 558 is NaN');
  });

  test('what contradicts them is refused', () => {
    const { framing, ...unframed } = featurePresets.kaldi;
    expect(() => resolveFeatureConfig(unframed)).toThrow('a framing of kaldi or htk for the window povey');
    expect(() => resolveFeatureConfig({ ...featurePresets.htk, center: true })).toThrow('center false');
    expect(() => resolveFeatureConfig({ ...featurePresets.htk, topDb: 80 })).toThrow('topDb null');
    expect(() => new FeatureStream(featurePresets.kaldi)).toThrow('no framing in a stream');
  });
});
