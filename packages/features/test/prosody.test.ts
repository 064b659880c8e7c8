import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AudioClip,
  decodeBytes,
  extractProsody,
  type ProsodyOptions,
  speechRanges,
  trimSilence,
} from '@prosodia/features';
import fc from 'fast-check';
import { signalPath } from './reference.js';

type Contour = 'rms' | 'flatness';
interface Case {
  readonly signal: string;
  readonly options: ProsodyOptions;
  readonly contours: Record<string, { offset: number; count: number }>;
}

const folder = join(import.meta.dirname, '../../../tools/golden/reference');
const { cases } = JSON.parse(readFileSync(join(folder, 'prosody.json'), 'utf8')) as { cases: Case[] };
const bytes = readFileSync(join(folder, 'prosody.f64'));
const reference = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const read = (signal: string) => decodeBytes(readFileSync(signalPath(signal)));
const tone = (hz: number, sec: number, sampleRateHz: number, gain = 0.3): AudioClip => ({
  samples: Float32Array.from({ length: sec * sampleRateHz }, (_, i) =>
    [1, 2, 3, 4].reduce(
      (sum, k) => sum + (gain / k) * Math.sin((2 * Math.PI * hz * k * i) / sampleRateHz),
      0,
    ),
  ),
  sampleRateHz,
});

/**
 * librosa computes in float64. Single precision: 1e-4 of the contour's largest value; levels and slopes in dB (near the
 * floor of −100 dB, and sums of many logarithms) 0.01; the roll-off may fall into the next bin.
 */
function tolerance(name: string, expected: Float64Array, options: ProsodyOptions): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  if (name === 'rolloffHz') return (1.01 * (options.sampleRateHz ?? 22_050)) / (options.nFft ?? 2_048);
  if (/Db$|^slope/.test(name)) return 0.01;
  return 1e-4 * largest;
}

describe('librosa agrees (tools/golden/write_prosody.py)', () => {
  const named = cases.map((one) => ({ ...one, name: `${one.signal} ${JSON.stringify(one.options)}` }));
  test.each(named)('$name', async ({ signal, options, contours }) => {
    const [ours] = await extractProsody([await read(signal)], options);
    for (const [name, { offset, count }] of Object.entries(contours)) {
      const expected = reference.subarray(offset, offset + count);
      const found = ours![name as Contour];
      const allowed = tolerance(name, expected, options);
      const largest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
      expect({
        name,
        count: found.length,
        largest: largest > allowed ? largest : 'within tolerance',
      }).toEqual({
        name,
        count,
        largest: 'within tolerance',
      });
    }
  });
});

test.each([80, 123, 220, 400, 590])('a voice-like tone of %d Hz', async (hz) => {
  for (const rate of [16_000, 44_100]) {
    const [prosody] = await extractProsody([tone(hz, 0.6, rate)], { sampleRateHz: rate, hopLength: 512 });
    const inner = prosody!.f0Hz.slice(4, -4);
    expect(inner.length).toBeGreaterThan(5);
    for (const found of inner) expect(Math.abs(found / hz - 1)).toBeLessThan(0.01);
    expect(Math.min(...prosody!.voicing.slice(4, -4))).toBeGreaterThan(0.9);
  }
});

test('noise and silence are unvoiced', async () => {
  const [noise, silence] = await extractProsody([await read('noise'), await read('silence')]);
  expect(noise!.f0Hz.filter((hz) => hz > 0).length).toBeLessThan(0.1 * noise!.frames);
  expect(Math.max(...silence!.f0Hz, ...silence!.voicing)).toBe(0);
});

test('the same alone, in a batch and on several threads; finite for any clip', async () => {
  const clip = fc
    .record({
      rate: fc.constantFrom(8_000, 16_000, 22_050),
      length: fc.integer({ min: 0, max: 4_000 }),
      step: fc.double({ min: 0, max: 3, noNaN: true }),
    })
    .map(({ rate, length, step }) => ({
      samples: Float32Array.from({ length }, (_, i) => Math.sin(i * step) ** 3),
      sampleRateHz: rate,
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(clip, { minLength: 1, maxLength: 4 }), async (clips) => {
      const together = await extractProsody(clips, {}, { threads: 2 });
      for (const [i, one] of clips.entries()) {
        const [alone] = await extractProsody([one]);
        expect(alone).toEqual(together[i]);
        for (const contour of Object.values(alone!))
          if (contour instanceof Float32Array) expect(contour.every(Number.isFinite)).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});

test.each([
  ['sampleRateHz', { sampleRateHz: 8_000 }],
  ['nFft', { nFft: 1_000 }],
  ['hopLength', { hopLength: 0 }],
])('%s out of range is refused', async (name, options) => {
  await expect(extractProsody([], options)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(name),
  });
});

describe('trimming', () => {
  test('finds a tone between silences, and keeps the margin asked for', async () => {
    const clip = tone(200, 1, 16_000);
    clip.samples.fill(0, 0, 4_000);
    clip.samples.fill(0, 12_000);
    const [tight] = await speechRanges([clip], { marginSec: 0 });
    expect(Math.abs(tight!.first - 4_000)).toBeLessThan(700);
    expect(Math.abs(tight!.end - 12_000)).toBeLessThan(700);
    const [wide] = await speechRanges([clip], { marginSec: 0.1 });
    expect([wide!.first, wide!.end]).toEqual([tight!.first - 1_600, tight!.end + 1_600]);
    const [trimmed] = await trimSilence([clip], { marginSec: 0 });
    expect(trimmed!.samples).toEqual(clip.samples.slice(tight!.first, tight!.end));
  });

  test('keeps silence whole, and nothing of nothing', async () => {
    const silent = { samples: new Float32Array(5_000), sampleRateHz: 16_000 };
    const none = { samples: new Float32Array(0), sampleRateHz: 16_000 };
    expect(await speechRanges([silent, none])).toEqual([
      { first: 0, end: 5_000 },
      { first: 0, end: 0 },
    ]);
  });

  test('refuses options out of range', async () => {
    await expect(speechRanges([], { belowPeakDb: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(speechRanges([], { marginSec: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
