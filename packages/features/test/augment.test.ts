import { type AudioClip, type AugmentationOptions, isProsodiaError } from '@prosodia/contracts';
import fc from 'fast-check';
import { augment, clipSeed } from '../src/augment.js';
import { centsOff, noiseOf, rms, vowel } from './support/speechlike.js';

const bytesOf = (clips: readonly AudioClip[]) =>
  clips.map(({ samples }) => Buffer.from(samples.buffer).toString('base64'));
const one = async (clip: AudioClip, change: AugmentationOptions) => (await augment([clip], change))[0]!;

describe('noise', () => {
  it('has the signal-to-noise ratio asked for', async () => {
    const clip = vowel(200, 22050, 1);
    for (const snrDb of [-20, 0, 15, 60]) {
      const noise = noiseOf(await one(clip, { kind: 'noise', snrDb, seed: 5 }), clip);
      const measured = 20 * Math.log10(rms(clip.samples) / rms(noise));
      expect(Math.abs(measured - snrDb)).toBeLessThan(1e-4);
    }
  });

  it('is Gaussian', async () => {
    const clip = { samples: new Float32Array(400_000).fill(0.1), sampleRateHz: 22050 };
    const noise = noiseOf(await one(clip, { kind: 'noise', snrDb: 0 }), clip);
    const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length;
    const moment = (power: number) => noise.reduce((sum, x) => sum + (x - mean) ** power, 0) / noise.length;
    expect(Math.abs(mean) / Math.sqrt(moment(2))).toBeLessThan(0.01);
    expect(Math.abs(moment(4) / moment(2) ** 2 - 3)).toBeLessThan(0.1);
  });

  it('follows its seed, and leaves silence silent', async () => {
    const clip = vowel(120, 16000, 0.2);
    const [a, again, other] = await augment(
      [clip, clip, clip],
      [7, 7, 8].map((seed) => ({ kind: 'noise', snrDb: 10, seed })),
    );
    expect(again).toEqual(a);
    expect(other).not.toEqual(a);
    const silence = { samples: new Float32Array(1000), sampleRateHz: 16000 };
    expect(await one(silence, { kind: 'noise', snrDb: 0 })).toEqual(silence);
  });
});

describe('seeds and threads', () => {
  const clips = [80, 130, 210, 320, 95, 160].map((hz, i) => vowel(hz, [16000, 22050, 48000][i % 3]!, 0.3));
  const changes: AugmentationOptions[] = [
    { kind: 'noise', snrDb: 10, seed: 3 },
    { kind: 'pitch', semitones: 2 },
    { kind: 'pitch', semitones: -4, formants: 'move' },
    { kind: 'stretch', rate: 0.8 },
  ];

  it('gives the same bytes on any number of threads', async () => {
    for (const change of changes) {
      const alone = bytesOf(await augment(clips, change, { threads: 1 }));
      expect(bytesOf(await augment(clips, change, { threads: 4 }))).toEqual(alone);
    }
  });

  it('gives each clip of a batch a seed of its own, by which it can be made again alone', async () => {
    const same = [clips[0]!, clips[0]!, clips[0]!];
    const batch = await augment(same, { kind: 'noise', snrDb: 5, seed: 4_000_000_000 });
    expect(batch[1]).not.toEqual(batch[0]);
    for (const [i, clip] of same.entries()) {
      const seed = clipSeed(4_000_000_000, i);
      expect(await augment([clip], [{ kind: 'noise', snrDb: 5, seed }])).toEqual([batch[i]]);
    }
    expect(clipSeed(17, 0)).toBe(17);
  });

  it('makes a different change to each clip, in order, at its own rate', async () => {
    const batch = await augment(clips.slice(0, 4), changes);
    for (const [i, change] of changes.entries()) {
      expect(batch[i]).toEqual((await augment([clips[i]!], [change]))[0]);
      expect(batch[i]!.sampleRateHz).toBe(clips[i]!.sampleRateHz);
    }
  });
});

describe('stretch and pitch shift', () => {
  const cases = [8000, 16000, 22050, 44100, 48000].flatMap((rateHz) =>
    [80, 200, 350].map((hz) => [hz, rateHz] as const),
  );

  it.each(cases)('move a voice of %d Hz at %d Hz as told', async (hz, rateHz) => {
    const clip = vowel(hz, rateHz, 0.8);
    for (const rate of [0.8, 1.25]) {
      const out = await one(clip, { kind: 'stretch', rate });
      expect(out.samples.length).toBe(Math.round(clip.samples.length / rate));
      expect(Math.abs(centsOff(out, hz))).toBeLessThan(5);
    }
    for (const semitones of [2, -4]) {
      const out = await one(clip, { kind: 'pitch', semitones });
      expect(out.samples.length).toBe(clip.samples.length);
      expect(Math.abs(centsOff(out, hz * 2 ** (semitones / 12)))).toBeLessThan(10);
    }
  });

  it('keep every click, once and whole', async () => {
    const clip = { samples: new Float32Array(3 * 22050), sampleRateHz: 22050 };
    const clicks = Array.from({ length: 12 }, (_, i) => 3000 + i * 5000 + ((i * 1237) % 1000));
    clip.samples.forEach((_, i) => {
      clip.samples[i] = 1e-3 * Math.sin(i * i * 0.01);
    });
    for (const click of clicks) clip.samples[click]! += 0.8;
    for (const rate of [0.8, 1.25]) {
      const { samples } = await one(clip, { kind: 'stretch', rate });
      for (const click of clicks) {
        const around = samples.subarray(Math.round(click / rate) - 551, Math.round(click / rate) + 552);
        const energy = around.reduce((sum, x) => sum + x * x, 0);
        expect(Math.abs(energy / 0.64 - 1)).toBeLessThan(0.01);
      }
    }
  });

  it('copy when there is nothing to do', async () => {
    const clip = vowel(150, 22050, 0.3);
    for (const change of [
      { kind: 'stretch', rate: 1 },
      { kind: 'pitch', semitones: 0 },
      { kind: 'pitch', semitones: 0, formants: 'move' },
    ] as const) {
      const copy = await one(clip, change);
      expect(copy).toEqual(clip);
      expect(copy.samples.buffer).not.toBe(clip.samples.buffer);
    }
  });

  it('return finite samples of the right length for any clip and any amount', async () => {
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('noise' as const),
        snrDb: fc.double({ min: -60, max: 120, noNaN: true }),
      }),
      fc.record({
        kind: fc.constant('pitch' as const),
        semitones: fc.double({ min: -24, max: 24, noNaN: true }),
        formants: fc.constantFrom('keep' as const, 'move' as const),
      }),
      fc.record({
        kind: fc.constant('stretch' as const),
        rate: fc.double({ min: 0.25, max: 4, noNaN: true }),
      }),
    );
    const clip = fc.record({
      samples: fc.float32Array({ maxLength: 4000, noNaN: true, noDefaultInfinity: true, size: 'max' }),
      sampleRateHz: fc.integer({ min: 1, max: 96_000 }),
    });
    await fc.assert(
      fc.asyncProperty(clip, change, async (input, options) => {
        const { samples } = await one(input, options);
        const rate = options.kind === 'stretch' ? options.rate : 1;
        expect(samples.length).toBe(Math.round(input.samples.length / rate));
        expect(samples.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what augment refuses', () => {
  const clip = vowel(100, 16000, 0.1);
  const refuse = async (code: string, words: RegExp, call: () => Promise<unknown>) => {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(isProsodiaError(error) && error.code).toBe(code);
    expect((error as Error).message).toMatch(words);
  };

  it('names the value that is out of range', async () => {
    await refuse('INVALID_ARGUMENT', /rate/, () => augment([clip], { kind: 'stretch', rate: 5 }));
    await refuse('INVALID_ARGUMENT', /clip 1.*semitones/, () =>
      augment(
        [clip, clip],
        [
          { kind: 'pitch', semitones: 1 },
          { kind: 'pitch', semitones: 30 },
        ],
      ),
    );
    await refuse('INVALID_ARGUMENT', /seed/, () => augment([clip], { kind: 'noise', snrDb: 3, seed: -1 }));
    await refuse('INVALID_ARGUMENT', /2 clips but received 1/, () =>
      augment([clip, clip], [{ kind: 'noise', snrDb: 3 }]),
    );
  });

  it('names the clip and the sample that is not finite', async () => {
    const spoiled = { samples: new Float32Array([0, 0.5, Number.NaN]), sampleRateHz: 16000 };
    await refuse('INVALID_ARGUMENT', /clip 1: sample 2 is NaN/, () =>
      augment([clip, spoiled], { kind: 'stretch', rate: 0.9 }),
    );
  });

  it('limits the length of a result', async () => {
    const hour = { samples: new Float32Array(2 ** 26 + 1), sampleRateHz: 48000 };
    await refuse('LIMIT', /clip 0/, () => augment([hour], { kind: 'stretch', rate: 0.25 }));
  });

  it('stops when its signal fires, before and during the work', async () => {
    await refuse('ABORTED', /aborted/, () =>
      augment([clip], { kind: 'noise', snrDb: 3 }, { signal: AbortSignal.abort() }),
    );
    const controller = new AbortController();
    const many = Array.from({ length: 2000 }, () => clip);
    const call = augment(many, { kind: 'pitch', semitones: 3 }, { signal: controller.signal, threads: 1 });
    controller.abort();
    await refuse('ABORTED', /aborted/, () => call);
  });

  it('reports progress and takes an empty batch', async () => {
    const seen: number[] = [];
    await augment(
      [clip, clip, clip],
      { kind: 'noise', snrDb: 3 },
      { onProgress: ({ done }) => seen.push(done) },
    );
    expect(seen.at(-1)).toBe(3);
    expect(await augment([], { kind: 'noise', snrDb: 3 })).toEqual([]);
  });
});
