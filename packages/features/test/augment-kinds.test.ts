import type { AudioClip } from '@prosodia/contracts';
import { augment, type Change, compose, maskFeatures } from '../src/index.js';

const RATE = 16_000;

const clipOf = (samples: Float32Array, sampleRateHz = RATE): AudioClip => ({ samples, sampleRateHz });
const sine = (hz: number, seconds = 1, amplitude = 0.5) =>
  clipOf(
    Float32Array.from(
      { length: RATE * seconds },
      (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE),
    ),
  );
const power = (samples: Float32Array, from = 0, to = samples.length) =>
  samples.subarray(from, to).reduce((sum, x) => sum + x * x, 0) / (to - from);
const db = (ratio: number) => 10 * Math.log10(ratio);
const minus = (a: Float32Array, b: Float32Array) => a.map((x, i) => x - b[i]!);

async function one(clip: AudioClip, change: Change): Promise<Float32Array> {
  const [changed] = await augment([clip], change);
  return changed!.samples;
}

/** Power density of bins first … last of a 1,024-point transform, over all segments; by Goertzel's recurrence. */
function density(samples: Float32Array, first: number, last: number): number {
  const size = 1024;
  const hann = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  let sum = 0;
  for (let start = 0; start + size <= samples.length; start += size) {
    const segment = hann.map((weight, i) => weight * samples[start + i]!);
    for (let bin = first; bin < last; bin += Math.max(1, (last - first) >> 4)) {
      const turn = 2 * Math.cos((2 * Math.PI * bin) / size);
      let [one, two] = [0, 0];
      for (const sample of segment) {
        const next = sample + turn * one - two;
        two = one;
        one = next;
      }
      sum += one * one + two * two - turn * one * two;
    }
  }
  return sum;
}

describe('noise', () => {
  const voice = sine(440, 4);

  test.each<[string, Change]>([
    ['pink', { kind: 'noise', color: 'pink', snrDb: 12 }],
    ['a recording', { kind: 'recording', sound: sine(3000, 1), snrDb: 12 }],
    [
      'a recording of another rate',
      { kind: 'recording', sound: clipOf(sine(900, 1).samples, 44_100), snrDb: 12 },
    ],
  ])('%s has the ratio asked for', async (_, change) => {
    const noise = minus(await one(voice, change), voice.samples);
    expect(Math.abs(db(power(voice.samples) / power(noise)) - 12)).toBeLessThan(2e-3);
  });

  test('pink falls by 3 dB an octave, white does not', async () => {
    const fall = async (color: 'pink' | 'white') => {
      const noise = minus(await one(voice, { kind: 'noise', color, snrDb: 0 }), voice.samples);
      return db(density(noise, 48, 64) / density(noise, 384, 512));
    };
    expect(Math.abs((await fall('pink')) - 9.03)).toBeLessThan(1);
    expect(Math.abs(await fall('white'))).toBeLessThan(1);
  });

  test('a recording starts where the seed says, and must have sound', async () => {
    const sound = clipOf(Float32Array.from({ length: 5000 }, (_, i) => i / 5000));
    const at = (seed: number) => one(voice, { kind: 'recording', sound, snrDb: 0, seed });
    expect(await at(1)).toEqual(await at(1));
    expect(await at(1)).not.toEqual(await at(2));
    const silent = clipOf(new Float32Array(100));
    await expect(one(voice, { kind: 'recording', sound: silent, snrDb: 0 })).rejects.toThrow('sound in it');
    const none = clipOf(new Float32Array(0));
    await expect(one(voice, { kind: 'reverb', sound: none })).rejects.toThrow('Expected samples');
  });
});

describe('gain, room, telephone', () => {
  test('gain scales', async () => {
    const clip = sine(200);
    const louder = await one(clip, { kind: 'gain', gainDb: 20 * Math.log10(2) });
    expect(louder.every((x, i) => Math.abs(x - 2 * clip.samples[i]!) < 1e-6)).toBe(true);
  });

  test('reverb is convolution with the response', async () => {
    const clip = clipOf(Float32Array.from({ length: 9000 }, (_, i) => Math.sin(i * i * 1e-4)));
    const response = Float32Array.from({ length: 700 }, (_, i) => Math.exp(-i / 90) * Math.cos(i * 1.7));
    const heard = await one(clip, { kind: 'reverb', sound: clipOf(response), level: 'move' });
    for (const place of [0, 1, 699, 700, 4095, 5000, 8999]) {
      let sum = 0;
      for (let j = 0; j <= Math.min(place, 699); j++) sum += response[j]! * clip.samples[place - j]!;
      expect(Math.abs(heard[place]! - sum)).toBeLessThan(2e-5);
    }
    const kept = await one(clip, { kind: 'reverb', sound: clipOf(response) });
    expect(Math.abs(db(power(kept) / power(clip.samples)))).toBeLessThan(1e-3);
  });

  test.each([false, true])('telephone (mu-law %s) leaves 300 to 3,400 Hz', async (muLaw) => {
    const left = async (hz: number) => {
      const clip = sine(hz);
      return db(
        power(await one(clip, { kind: 'telephone', muLaw }), 4000, 12_000) /
          power(clip.samples, 4000, 12_000),
      );
    };
    for (const hz of [500, 1000, 3000]) expect(Math.abs(await left(hz))).toBeLessThan(0.2);
    for (const hz of [100, 3800, 6000]) expect(await left(hz)).toBeLessThan(-30);
  });

  test('mu-law adds the noise of eight bits', async () => {
    const clip = sine(1000);
    const [plain, coarse] = [
      await one(clip, { kind: 'telephone' }),
      await one(clip, { kind: 'telephone', muLaw: true }),
    ];
    const noise = minus(coarse, plain);
    const snr = db(power(plain, 4000, 12_000) / power(noise, 4000, 12_000));
    expect(snr).toBeGreaterThan(30);
    expect(snr).toBeLessThan(50);
  });
});

describe('compose', () => {
  const clips = Array.from({ length: 12 }, (_, i) => sine(150 + 20 * i, 1));
  const vary = compose([
    { change: (draw) => ({ kind: 'stretch', rate: 0.8 + 0.4 * draw() }), probability: 0.5 },
    { change: (draw) => ({ kind: 'noise', color: 'pink', snrDb: 10 + 20 * draw() }) },
    { change: { kind: 'gain', gainDb: -6 }, probability: 0 },
  ]);

  test('gives the same bytes for any number of threads, and to a clip whatever follows it', async () => {
    const two = await vary(clips, { seed: 5, threads: 2 });
    expect(await vary(clips, { seed: 5, threads: 1 })).toEqual(two);
    expect(await vary(clips.slice(0, 3), { seed: 5 })).toEqual(two.slice(0, 3));
    expect(await vary(clips, { seed: 6 })).not.toEqual(two);
  });

  test('takes a step by its chance', async () => {
    const lengths = (await vary(clips, { seed: 5 })).map(({ samples }) => samples.length !== RATE);
    const stretched = lengths.filter(Boolean).length;
    expect(stretched).toBeGreaterThan(1);
    expect(stretched).toBeLessThan(11);
    const [same] = await compose([{ change: { kind: 'gain', gainDb: 3 }, probability: 0 }])(clips);
    expect(same!.samples).toEqual(clips[0]!.samples);
    expect(same!.samples).not.toBe(clips[0]!.samples);
  });

  test('refuses nonsense', async () => {
    expect(() => compose([])).toThrow('one step or more');
    expect(() => compose([{ change: { kind: 'gain', gainDb: 1 }, probability: 2 }])).toThrow(
      'probability of step 0',
    );
    await expect(vary(clips, { seed: -1 })).rejects.toThrow('for seed');
  });
});

test('masks blot out stretches by the mean, the same for a seed', () => {
  const matrix = {
    data: Float32Array.from({ length: 600 }, (_, i) => (i * 7919) % 101),
    frames: 50,
    coefficients: 12,
  };
  const masked = maskFeatures(matrix, { seed: 3, timeMasks: 2, maxFrames: 8, bandMasks: 1, maxBands: 3 });
  expect(maskFeatures(matrix, { seed: 3, timeMasks: 2, maxFrames: 8, bandMasks: 1, maxBands: 3 })).toEqual(
    masked,
  );
  const changed = masked.data.filter((value, i) => value !== matrix.data[i]).length;
  expect(changed).toBeGreaterThan(0);
  expect(changed).toBeLessThan(2 * 8 * 12 + 3 * 50);
  const mean = (data: Float32Array) => data.reduce((a, b) => a + b) / data.length;
  expect(Math.abs(mean(masked.data) - mean(matrix.data))).toBeLessThan(5);
  expect(() => maskFeatures(matrix, { timeMasks: 0.5 })).toThrow('timeMasks');
});
