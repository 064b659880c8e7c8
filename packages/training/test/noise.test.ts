import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AudioClip, NetworkInput } from '@prosodia/contracts';
import { augment } from '@prosodia/features';
import { type Corpus, loadCorpus } from '../src/corpus/index.js';
import { buildBank, cacheBanks } from '../src/protocol/build-bank.js';
import { ChunkClips } from '../src/protocol/chunk-clips.js';
import { NOISE_SWEEP, type NoiseCondition } from '../src/protocol/noise-condition.js';
import { Random } from '../src/random.js';
import { recipeSchema } from '../src/recipes/index.js';
import { changeClips } from '../src/rows/change-clips.js';
import { drawAugmentation } from '../src/rows/draw-augmentation.js';
import { networkInputOf } from '../src/rows/network-input.js';
import { ownBabble } from '../src/rows/own-babble.js';
import { TONE_RECIPE, writeToneCorpus } from './support/tone-corpus.js';

let folder = '';
let corpus: Corpus;
const RANGE = { first: 0, end: 3 };
const KINDS = ['white', 'babble'] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-noise-'));
  await writeToneCorpus(join(folder, 'corpus'), 3);
  corpus = await loadCorpus(join(folder, 'corpus'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const chunk = (of: Pick<Corpus, 'recordings' | 'contentHashes'> = corpus, seed = 1) =>
  new ChunkClips(of, RANGE, { seed });

/** What was added, where the sum was not scaled down. */
function added(noisy: AudioClip, clean: AudioClip): Float64Array {
  return Float64Array.from(noisy.samples, (sample, at) => sample - clean.samples[at]!);
}

function powerOf(samples: Float64Array | Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
}

describe('a clip under noise', () => {
  test.each(KINDS)('%s: the ratio asked for, and the same noise at each', async (kind) => {
    const clips = chunk();
    const clean = await clips.under(undefined);
    const [faint, loud] = await Promise.all([20, 10].map((snrDb) => clips.under({ kind, snrDb })));
    for (const place of clean.keys()) {
      const [few, many] = [added(faint![place]!, clean[place]!), added(loud![place]!, clean[place]!)];
      expect(10 * Math.log10(powerOf(clean[place]!.samples) / powerOf(few))).toBeCloseTo(20, 0);
      for (const [at, value] of few.entries()) expect(Math.sqrt(10) * value).toBeCloseTo(many[at]!, 4);
    }
  });

  test('does not depend on what else was asked for', async () => {
    const asked = chunk();
    for (const condition of NOISE_SWEEP) await asked.under(condition);
    for (const kind of KINDS) {
      const condition: NoiseCondition = { kind, snrDb: 5 };
      expect(await asked.under(condition)).toEqual(await chunk().under(condition));
      expect(await chunk(corpus, 2).under(condition)).not.toEqual(await asked.under(condition));
    }
  });

  test('its babble has no voice of its own speaker', async () => {
    const own = corpus.recordings.flatMap(({ speaker }, index) => (speaker === 'Actor_01' ? [index] : []));
    const alone = chunk({
      recordings: own.map((index) => corpus.recordings[index]!),
      contentHashes: own.map((index) => corpus.contentHashes[index]!),
    });
    const samplesOf = (clips: readonly AudioClip[]) => clips.map(({ samples }) => samples);
    const noisy = await alone.under({ kind: 'babble', snrDb: 0 });
    expect(samplesOf(noisy)).toEqual(samplesOf(await alone.under(undefined)));
  });
});

describe('features under noise', () => {
  const rows: NetworkInput = networkInputOf(recipeSchema.parse(TONE_RECIPE));
  const learner = { inputs: { rows }, copies: [] };
  const all = () => corpus.recordings.map((_, recording) => ({ recording, variant: 0 }));

  test('are the same made for all conditions together and for one alone', async () => {
    const [together, alone] = [join(folder, 'together'), join(folder, 'alone')];
    await cacheBanks(corpus, learner, { seed: 1, cacheFolder: together, conditions: NOISE_SWEEP });
    const files = await readdir(together);
    for (const condition of [NOISE_SWEEP[3], NOISE_SWEEP[8]]) {
      const [known, made] = await Promise.all(
        [together, alone].map((cacheFolder) =>
          buildBank(corpus, learner, { seed: 1, condition, cacheFolder }),
        ),
      );
      expect(known!.gather('rows', all()).inputs).toEqual(made!.gather('rows', all()).inputs);
    }
    // Nothing was made that had not been kept.
    expect(await readdir(together)).toEqual(files);
  });
});

describe('noise that is trained on', () => {
  const clipOf = async (place: number) => (await chunk().under(undefined))[place]!;

  test.each(['white-noise', 'babble'] as const)(
    '%s has a ratio within its range, another for each clip',
    async (kind) => {
      const ratios: number[] = [];
      for (const place of [0, 1, 2]) {
        const clip = await clipOf(place);
        const context = {
          contentHash: corpus.contentHashes[place]!,
          variant: 1,
          seed: 3,
          sampleRateHz: 8_000,
        };
        const change = drawAugmentation({ kind, snrDb: [5, 15] }, clip, context);
        const [noisy, again] = await augment(
          [clip, clip],
          [change, drawAugmentation({ kind, snrDb: [5, 15] }, clip, context)],
        );
        expect(again).toEqual(noisy);
        ratios.push(10 * Math.log10(powerOf(clip.samples) / powerOf(added(noisy!, clip))));
      }
      for (const ratio of ratios) expect(Math.abs(ratio - 10)).toBeLessThan(5.01);
      expect(new Set(ratios.map(Math.round)).size).toBeGreaterThan(1);
    },
  );

  test('a babble of the clip itself is as long, as loud throughout, and not the clip', async () => {
    const clip = await clipOf(0);
    const { samples } = ownBabble(clip, new Random(5));
    expect(samples).toHaveLength(clip.samples.length);
    expect(samples.every(Number.isFinite)).toBe(true);
    const quarter = samples.length / 4;
    for (const part of [0, 1, 2, 3]) {
      const share = powerOf(samples.subarray(part * quarter, (part + 1) * quarter)) / powerOf(samples);
      expect(share).toBeGreaterThan(0.3);
    }
    const product = samples.reduce((sum, sample, at) => sum + sample * clip.samples[at]!, 0) / samples.length;
    expect(Math.abs(product / Math.sqrt(powerOf(samples) * powerOf(clip.samples)))).toBeLessThan(0.5);
    expect(ownBabble({ ...clip, samples: new Float32Array(0) }, new Random(5)).samples).toHaveLength(0);
  });
});

describe('another cut of a clip', () => {
  const loud = Float32Array.from({ length: 8_000 }, (_, i) => 0.5 * Math.sin(i / 3));
  const quiet = loud.subarray(0, 2_400).map((sample) => sample / 100);
  const clip = { samples: Float32Array.from([...quiet, ...loud, ...quiet]), sampleRateHz: 8_000 };
  const draw = (silenceSec: [number, number]) =>
    drawAugmentation({ kind: 'edges', belowPeakDb: [25, 35], silenceSec }, clip, {
      ...{ contentHash: 'abc', variant: 1, seed: 3, sampleRateHz: 8_000 },
    });

  test('leaves out what is quiet at its edges', async () => {
    const [cut] = await changeClips([clip], [draw([0, 0])], {});
    expect(cut!.samples.length / 8_000).toBeGreaterThan(0.95);
    expect(cut!.samples.length / 8_000).toBeLessThan(1.1);
    expect(Math.max(...cut!.samples.subarray(0, 400))).toBeGreaterThan(0.4);
  });

  test('and sets silence there, drawn for each end', async () => {
    const change = draw([0.1, 0.3]);
    const [cut, again] = await changeClips([clip, clip], [change, draw([0.1, 0.3])], {});
    expect(again).toEqual(cut);
    const first = cut!.samples.findIndex((sample) => sample !== 0) / 8_000;
    const last = (cut!.samples.length - cut!.samples.findLastIndex((sample) => sample !== 0)) / 8_000;
    for (const silenceSec of [first, last]) {
      expect(silenceSec).toBeGreaterThan(0.09);
      expect(silenceSec).toBeLessThan(0.31);
    }
    expect(first).not.toBeCloseTo(last, 3);
  });

  test('stops when asked to', async () => {
    await expect(changeClips([clip], [draw([0, 0])], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});
