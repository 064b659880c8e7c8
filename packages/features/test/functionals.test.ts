import { readFileSync } from 'node:fs';
import type { AudioClip } from '@prosodia/contracts';
import {
  decodeBytes,
  extractFunctionals,
  type FunctionalGroup,
  functionalGroups,
  functionalNames,
  functionalTable,
  resampleClips,
} from '@prosodia/features';
import fc from 'fast-check';
import { signalPath } from './reference.js';

const names = functionalNames();
const statistic = (vector: Float32Array, name: string) => {
  expect(names).toContain(name);
  return vector[names.indexOf(name)]!;
};
const one = async (clip: AudioClip) => (await extractFunctionals([clip]))[0]!;
const voice = () => decodeBytes(readFileSync(signalPath('voice16')));
const of = (length: number, sample: (i: number) => number, sampleRateHz = 16_000): AudioClip => ({
  samples: Float32Array.from({ length }, (_, i) => sample(i)),
  sampleRateHz,
});

test('every value has a name and a group of its own', async () => {
  const table = functionalTable();
  expect(new Set(names).size).toBe(names.length);
  expect([...new Set(table.map(({ group }) => group))]).toEqual([...functionalGroups]);
  expect((await one(of(8_000, (i) => Math.sin(i / 9)))).length).toBe(table.length);
});

test.each([
  ['no samples', of(0, () => 0)],
  ['one sample', of(1, () => 0.5)],
  ['silence', of(16_000, () => 0)],
  ['a tenth of a second', of(1_600, (i) => 0.3 * Math.sin(i / 12))],
  ['noise', of(16_000, (i) => 0.1 * Math.sin(i * i * 1.7))],
  ['clipped', of(16_000, (i) => Math.sign(Math.sin(i / 20)))],
  ['far beyond full scale', of(4_000, (i) => 1e30 * Math.sin(i / 20))],
  ['8 kHz', of(8_000, (i) => 0.3 * Math.sin(i / 12), 8_000)],
  ['1 Hz', of(3, (i) => i - 1, 1)],
])('finite for %s', async (_, clip) => {
  const vector = await one(clip);
  expect(names.filter((_name, i) => !Number.isFinite(vector[i]))).toEqual([]);
});

test('finite for any clip, and the same alone, in a batch, and on several threads', async () => {
  const clip = fc
    .record({
      rate: fc.constantFrom(8_000, 11_025, 16_000, 22_050, 44_100, 48_000),
      length: fc.integer({ min: 0, max: 6_000 }),
      gain: fc.double({ min: 0, max: 2, noNaN: true }),
      step: fc.double({ min: 0.001, max: 3, noNaN: true }),
    })
    .map(({ rate, length, gain, step }) => of(length, (i) => gain * Math.sin(i * step) ** 3, rate));
  await fc.assert(
    fc.asyncProperty(fc.array(clip, { minLength: 1, maxLength: 5 }), async (clips) => {
      const together = await extractFunctionals(clips, {}, { threads: 3 });
      for (const [i, given] of clips.entries()) {
        expect(together[i]!.every(Number.isFinite)).toBe(true);
        expect(await one(given)).toEqual(together[i]);
      }
    }),
    { numRuns: 25 },
  );
});

test('a gliding voice: pitch, voicing and duration come out', async () => {
  const vector = await one(await voice());
  // 140 ± 60 Hz by construction; silence of 0.1 s at both ends is trimmed but for 80 ms.
  expect(Math.exp(statistic(vector, 'pitch.max'))).toBeGreaterThan(185);
  expect(Math.exp(statistic(vector, 'pitch.max'))).toBeLessThan(210);
  expect(Math.exp(statistic(vector, 'pitch.min'))).toBeLessThan(100);
  expect(statistic(vector, 'clip.voicedShare')).toBeGreaterThan(0.6);
  expect(statistic(vector, 'clip.durationSec')).toBeLessThan(0.9);
});

test('a louder clip changes levels, not pitch or spectrum', async () => {
  const quiet = await voice();
  const loud = { ...quiet, samples: quiet.samples.map((x) => 1.5 * x) };
  const [a, b] = await extractFunctionals([quiet, loud]);
  const dB = (20 * Math.log10(1.5) * Math.LN10) / 10;
  expect(statistic(b!, 'power.max') - statistic(a!, 'power.max')).toBeCloseTo(dB, 3);
  for (const name of ['pitch.p50', 'clip.voicedShare', 'cepstrum3.p50', 'voiced-band5.mean'])
    expect(Math.abs(statistic(b!, name) - statistic(a!, name))).toBeLessThan(2e-2);
});

test('digital silence beside a clip is no part of it', async () => {
  const { samples } = await voice();
  // Cut hard, so that there is no fading edge; whole steps of 10 ms, so that frames lie alike.
  const cut: AudioClip = { samples: samples.slice(3_200, 12_800), sampleRateHz: 16_000 };
  const padded: AudioClip = { samples: new Float32Array(17_600), sampleRateHz: 16_000 };
  padded.samples.set(cut.samples, 4_800);
  const [alone, beside] = [await one(cut), await one(padded)];
  const apart = (name: string) => statistic(beside, name) - statistic(alone, name);
  // A frame that hears the edge from outside may be one more.
  expect(Math.abs(apart('clip.durationSec'))).toBeLessThan(0.015);
  expect(Math.abs(apart('peak-level.p5'))).toBeLessThan(2);
  expect(Math.abs(apart('peak-level.mean'))).toBeLessThan(0.3);
});

test('nearly the same at another rate', async () => {
  const clip = await voice();
  const [same, up] = await extractFunctionals([clip, ...(await resampleClips([clip], 44_100))]);
  expect(statistic(up!, 'pitch.mean')).toBeCloseTo(statistic(same!, 'pitch.mean'), 2);
  // Resampling takes away what lies just below 8 kHz, so the topmost bands differ.
  expect(Math.abs(statistic(up!, 'loud-band9.mean') - statistic(same!, 'loud-band9.mean'))).toBeLessThan(0.1);
});

test('groups are parts of the vector', async () => {
  const clip = await voice();
  const groups: FunctionalGroup[] = ['loudness', 'pitch'];
  const [part] = await extractFunctionals([clip], { groups });
  const partNames = functionalNames(groups);
  const whole = await one(clip);
  expect([...part!]).toEqual(partNames.map((name) => statistic(whole, name)));
});

test('an unknown group and a sample that is not finite are refused by name', async () => {
  const wrong = ['nothing'] as unknown as FunctionalGroup[];
  await expect(extractFunctionals([], { groups: wrong })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('nothing'),
  });
  await expect(
    extractFunctionals([of(10, () => 0), of(10, (i) => (i === 7 ? Number.NaN : 0))]),
  ).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/clip 1.*sample 7/),
  });
});
