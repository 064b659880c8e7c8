import { readFileSync } from 'node:fs';
import type { FeatureMatrix, FeatureOptions } from '@prosodia/contracts';
import {
  cepstralStatistics,
  decodeBytes,
  extractFeatures,
  FeatureStream,
  normalizeCepstra,
} from '@prosodia/features';
import fc from 'fast-check';
import { signalPath } from './reference.js';

const base = { sampleRateHz: 16_000, nFft: 512, hopLength: 160, nMels: 20, topDb: null } as const;
const voice = () => decodeBytes(readFileSync(signalPath('voice16')));
const joined = (parts: readonly FeatureMatrix[]) => parts.flatMap(({ data }) => [...data]);

async function streamed(samples: Float32Array, sizes: readonly number[], options: FeatureOptions) {
  let stream = new FeatureStream(options);
  const parts: FeatureMatrix[] = [];
  for (let at = 0, i = 0; at < samples.length; i++) {
    const size = sizes[i % sizes.length]!;
    parts.push(await stream.push(samples.slice(at, at + size)));
    at += size;
    if (i % 3 === 1) stream = FeatureStream.restore(JSON.parse(JSON.stringify(stream.save())));
  }
  parts.push(await stream.finish());
  return joined(parts);
}

test('any chunks, saved and restored on the way, give the frames of the whole, bit for bit', async () => {
  const { samples } = await voice();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 6_000 }),
      fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 8 }),
      fc.record({
        center: fc.boolean(),
        hopLength: fc.constantFrom(100, 160, 700),
        preEmphasis: fc.constantFrom(0, 0.97),
        kind: fc.constantFrom('mfcc' as const, 'logmel' as const),
      }),
      async (length, sizes, change) => {
        const options = { ...base, ...change };
        const part = samples.slice(3_000, 3_000 + length);
        const [whole] = await extractFeatures([{ samples: part, sampleRateHz: 16_000 }], options);
        expect(await streamed(part, sizes, options)).toEqual([...whole!.data]);
      },
    ),
    { numRuns: 40 },
  );
});

test('a frame comes with its last sample', async () => {
  const stream = new FeatureStream({ ...base, center: false });
  expect((await stream.push(new Float32Array(511))).frames).toBe(0);
  expect((await stream.push(new Float32Array(1))).frames).toBe(1);
  expect((await stream.push(new Float32Array(159))).frames).toBe(0);
  expect((await stream.push(new Float32Array(161))).frames).toBe(2);
  expect((await stream.finish()).frames).toBe(0);
});

test('what needs the whole, bad samples, two pushes at once and a finished stream are refused', async () => {
  expect(() => new FeatureStream({ ...base, topDb: 80 })).toThrow('topDb');
  expect(() => new FeatureStream({ ...base, deltas: 1 })).toThrow('deltas');
  const stream = new FeatureStream(base);
  const refused = { code: 'INVALID_ARGUMENT' };
  await expect(stream.push(new Float32Array([0, Number.NaN]))).rejects.toMatchObject(refused);
  const first = stream.push(new Float32Array(1_000));
  await expect(stream.push(new Float32Array(10))).rejects.toMatchObject(refused);
  expect((await first).frames).toBeGreaterThan(0);
  await stream.finish();
  await expect(stream.push(new Float32Array(10))).rejects.toMatchObject(refused);
  const state = stream.save();
  expect(() => FeatureStream.restore({ ...state, kept: [Number.NaN] })).toThrow('finite');
  expect(() => FeatureStream.restore({ ...state, skip: -1 })).toThrow('whole');
});

test('normalised by clip and by speaker: mean 0 and deviation 1', async () => {
  const clip = await voice();
  const halves = [clip.samples.slice(0, 7_000), clip.samples.slice(7_000)];
  const matrices = await extractFeatures(
    halves.map((samples) => ({ samples, sampleRateHz: 16_000 })),
    base,
  );
  const check = (set: readonly FeatureMatrix[]) => {
    const { mean, deviation } = cepstralStatistics(set);
    for (let c = 0; c < mean.length; c++) {
      expect(Math.abs(mean[c]!)).toBeLessThan(1e-5);
      expect(deviation[c]).toBeCloseTo(1, 4);
    }
  };
  check([normalizeCepstra(matrices[0]!)]);
  const speaker = cepstralStatistics(matrices);
  check(matrices.map((matrix) => normalizeCepstra(matrix, speaker)));
  const centred = normalizeCepstra(matrices[0]!, speaker, false);
  expect(centred.data[3]).toBeCloseTo(matrices[0]!.data[3]! - speaker.mean[3]!, 4);
  expect(() => normalizeCepstra({ ...matrices[0]!, coefficients: 5 }, speaker)).toThrow('coefficients');
  expect(() => cepstralStatistics([])).toThrow('frame');
});
