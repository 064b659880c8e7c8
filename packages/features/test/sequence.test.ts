import { readFileSync } from 'node:fs';
import {
  type Augmentation,
  type FeatureOptions,
  isProsodiaError,
  type NetworkInput,
} from '@prosodia/contracts';
import {
  augment,
  decodeBytes,
  extractFeatures,
  FUNCTIONALS_VERSION,
  functionalNames,
  inputSize,
  networkRows,
  networkRowsFromFiles,
  resampleClips,
  resolveFeatureConfig,
  sequenceRows,
  sequenceRowsFromFiles,
  variantRows,
} from '@prosodia/features';
import fc from 'fast-check';
import { signalPath } from './reference.js';
import { speechRange } from './support/speech-range.js';

const features = {
  kind: 'logmel',
  sampleRateHz: 16_000,
  nFft: 512,
  winLength: 400,
  hopLength: 160,
  nMels: 8,
  topDb: null,
} satisfies FeatureOptions;
const shape = { features, trimDb: 35, poolFrames: 4, frames: 64 };
const voice = () => decodeBytes(readFileSync(signalPath('voice16')));
const column = (row: Float32Array, c: number, width = 9) => row.filter((_, i) => i % width === c);

/** What `sequenceRows` is said to do, from the frames themselves. */
async function expectedSteps(trimDb: number, pool: number): Promise<number[][]> {
  const [matrix] = await extractFeatures([await voice()], features);
  const rows = Array.from({ length: matrix!.frames }, (_, f) => [...matrix!.data.subarray(8 * f, 8 * f + 8)]);
  const power = (row: number[]) => row.reduce((sum, db) => sum + 10 ** (db / 10), 0);
  const { first, end } = speechRange(rows.map(power), trimDb);
  const kept = rows.slice(first, end);
  return Array.from({ length: Math.floor(kept.length / pool) }, (_, step) =>
    Array.from({ length: 8 }, (_, c) => {
      const cells = kept.slice(step * pool, (step + 1) * pool).map((row) => 10 ** (row[c]! / 10));
      return 10 * Math.log10(cells.reduce((a, b) => a + b) / pool);
    }),
  );
}

test.each([
  [35, 4, 64],
  [20, 3, 10],
  [60, 1, 30],
])('edges below %d dB trimmed, %d frames a step, centred in %d', async (trimDb, poolFrames, frames) => {
  const steps = await expectedSteps(trimDb, poolFrames);
  const [row] = await sequenceRows([await voice()], { features, trimDb, poolFrames, frames });
  const kept = Math.min(steps.length, frames);
  const first = Math.floor((steps.length - kept) / 2);
  const before = Math.floor((frames - kept) / 2);
  expect(row).toHaveLength(frames * 9);
  for (let i = 0; i < frames; i++) {
    const real = i >= before && i < before + kept;
    const wanted = real ? [...steps[first + i - before]!, 1] : new Array(9).fill(0);
    for (const [c, value] of wanted.entries()) expect(row![9 * i + c]).toBeCloseTo(value, 3);
  }
});

test('cepstra are averaged as they are', async () => {
  const config = { ...features, kind: 'mfcc', nMfcc: 4, deltas: 1 } as const;
  const [one] = await sequenceRows([await voice()], {
    ...shape,
    features: config,
    poolFrames: 1,
    frames: 200,
  });
  const [two] = await sequenceRows([await voice()], {
    ...shape,
    features: config,
    poolFrames: 2,
    frames: 100,
  });
  const first = column(one!, 8).indexOf(1);
  const step = column(two!, 8).indexOf(1);
  expect(two![9 * step + 5]).toBeCloseTo((one![9 * first + 5]! + one![9 * first + 14]!) / 2, 3);
});

test('any clip gives a finite row with a mask in its middle', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 40 }),
      async (length, poolFrames, frames) => {
        const samples = Float32Array.from({ length }, (_, i) => Math.sin(i / 7) * Math.sin(i / 3_000));
        const [row] = await sequenceRows([{ samples, sampleRateHz: 16_000 }], {
          ...shape,
          poolFrames,
          frames,
        });
        expect(row!.every(Number.isFinite)).toBe(true);
        const mask = [...column(row!, 8)];
        const real = mask.indexOf(1);
        expect(real).toBeGreaterThanOrEqual(0);
        expect(mask.slice(real, mask.lastIndexOf(1) + 1).every((value) => value === 1)).toBe(true);
        expect(Math.abs(real - (frames - 1 - mask.lastIndexOf(1)))).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 30 },
  );
});

test('files give the rows of their clips, each its own error', async () => {
  const [row] = await sequenceRows([await voice()], shape);
  const items = await sequenceRowsFromFiles([signalPath('voice16'), 'nowhere.wav'], shape);
  expect(items[0]).toMatchObject({ ok: true, value: { row } });
  expect(items[1]).toMatchObject({ ok: false, error: { code: 'DECODE' } });
});

test('a network takes sequences and statistics from clips and from files', async () => {
  const sequence = {
    summary: 'sequence',
    ...shape,
    features: resolveFeatureConfig(features),
    shape: [64, 9],
  } as const;
  const groups = ['pitch', 'loudness'] as const;
  const count = functionalNames(groups).length;
  const statistics = {
    summary: 'functionals',
    version: FUNCTIONALS_VERSION,
    groups: [...groups],
    shape: [count],
  } as const;
  for (const input of [sequence, statistics] as NetworkInput[]) {
    const [row] = await networkRows([await voice()], input);
    expect(row).toHaveLength(inputSize(input));
    const [item] = await networkRowsFromFiles([signalPath('voice16')], input);
    expect(item).toMatchObject({ ok: true, value: { row } });
    await expect(networkRows([], { ...input, shape: [7] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  }
});

test.each([
  ['trimDb', { trimDb: 0 }],
  ['poolFrames', { poolFrames: 1.5 }],
  ['frames', { frames: 0 }],
])('%s out of range is refused', async (name, wrong) => {
  const error = await sequenceRows([], { ...shape, ...wrong }).catch((reason: unknown) => reason);
  expect(isProsodiaError(error) && error.message).toContain(name);
});

it('makes rows of several inputs and changed copies as each would be made alone', async () => {
  const clip = await decodeBytes(readFileSync(signalPath('voice48')));
  const inputs: NetworkInput[] = [
    { summary: 'functionals', version: FUNCTIONALS_VERSION, shape: [functionalNames().length] },
    { summary: 'sequence', ...shape, features: resolveFeatureConfig(features), shape: [64, 9] },
  ];
  const shift: Augmentation = { kind: 'pitch', semitones: 2, formants: 'keep', seed: 0 };
  for (const atHz of [undefined, 16_000]) {
    const call = { inputs, variants: [[], [shift]], atHz };
    const [fromFile, fromClip] = await variantRows([signalPath('voice48'), clip], call);
    expect(fromFile).toEqual(fromClip);
    const there = atHz === undefined ? [clip] : await resampleClips([clip], atHz);
    const alone = [there, await augment(there, shift)].map(async (clips) => {
      const parts = await Promise.all(inputs.map((input) => networkRows(clips, input)));
      return Float32Array.from(parts.flatMap(([row]) => [...row!]));
    });
    const durationSec = clip.samples.length / clip.sampleRateHz;
    expect(fromClip).toEqual({ ok: true, value: { rows: await Promise.all(alone), durationSec } });
  }
});

it('keeps a source that cannot be heard from the others, whatever its variant', async () => {
  const inputs: NetworkInput[] = [
    { summary: 'functionals', version: FUNCTIONALS_VERSION, shape: [functionalNames().length] },
  ];
  const broken = { samples: Float32Array.of(0.1, Number.NaN, 0.2), sampleRateHz: 16_000 };
  const request = { inputs, variants: [[], [{ kind: 'stretch', rate: 0.8, seed: 0 } as const]], atHz: 8_000 };
  const items = await variantRows(['nowhere.wav', broken, signalPath('voice48')], request, { minClipSec: 0 });
  expect(items.map((item) => (item.ok ? 'ok' : item.error.code))).toEqual([
    'DECODE',
    'INVALID_ARGUMENT',
    'ok',
  ]);
  const short = await variantRows([signalPath('voice48')], request, { minClipSec: 3_600 });
  expect(short).toMatchObject([{ ok: false, error: { code: 'INVALID_ARGUMENT' } }]);
  await expect(variantRows([], { ...request, variants: [] })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});
