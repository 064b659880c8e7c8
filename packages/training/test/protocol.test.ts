import { describe, expect, test } from '@jest/globals';
import type { RowRef } from '@prosodia/contracts';
import { argmaxRows, confusionMatrix, scoresOf } from '../src/evaluate/metrics.js';
import { shrunkenLda } from '../src/learners/shrunken-lda.js';
import type { FeatureBank } from '../src/protocol/feature-bank.js';
import { checkFold, FOLD_PROTOCOLS, type FoldPlan, foldPlans } from '../src/protocol/fold-plan.js';
import { knowledgeGroups } from '../src/protocol/knowledge.js';
import type { FittedLearner, Learner, Track } from '../src/protocol/learner.js';
import { runFold } from '../src/protocol/run-fold.js';
import { TestSide } from '../src/protocol/side.js';
import { VOICE_LABELS, voiceBank } from './support/voice-bank.js';

const { corpus, bank } = voiceBank(24);
const banks = { clean: bank, noisy: new Map<string, () => Promise<FeatureBank>>() };
const options = { labels: VOICE_LABELS, track: 'nothing' as Track, seed: 0 };
const honest = shrunkenLda({
  name: 'honest',
  features: { summary: 'functionals', version: 'functionals-2', shape: [6] },
});
const plans = foldPlans(corpus, 'speaker-6fold', { copies: 0, seed: 0 });

async function uarOf(
  learner: Learner,
  more: { track?: Track; clips?: number; permute?: boolean; seed?: number } = {},
) {
  const [truth, said]: [number[], number[]] = [[], []];
  for (const plan of plans) {
    const { tested, probabilities } = await runFold(corpus, plan, learner, banks, { ...options, ...more });
    for (const { recording } of tested)
      truth.push(VOICE_LABELS.indexOf(corpus.recordings[recording]!.emotion as 'calm'));
    said.push(...argmaxRows(probabilities, VOICE_LABELS.length));
  }
  return scoresOf(confusionMatrix(truth, said, VOICE_LABELS.length)).uar;
}

/** An honest learner whose fit or answers are tampered with. */
function cheat(changed: Partial<Learner>): Learner {
  return { ...honest, name: 'cheat', ...changed };
}

describe('folds', () => {
  test.each(FOLD_PROTOCOLS.filter((name) => name !== 'cross-corpus'))(
    '%s tests every clip once',
    (protocol) => {
      const folds = foldPlans(corpus, protocol, { copies: 2, seed: 3 });
      const tested = folds.flatMap((plan) =>
        plan.test.map((clip) => `${clip[0]!.recording}.${clip[0]!.variant}`),
      );
      expect(new Set(tested).size).toBe(tested.length);
      expect(tested).toHaveLength(corpus.recordings.length * (protocol === 'augmented-random' ? 3 : 1));
    },
  );

  test('the six and five folds are the published ones', () => {
    const speakersOf = (plan: FoldPlan) => [
      ...new Set(plan.test.map((clip) => Number(corpus.recordings[clip[0]!.recording]!.speaker.slice(6)))),
    ];
    expect(plans.map(speakersOf)[4]).toEqual([2, 15, 16, 18]);
    const five = foldPlans(corpus, 'speaker-5fold', { copies: 0, seed: 0 }).map(speakersOf);
    expect(five[1]).toEqual([3, 6, 7, 13, 18]);
    expect(foldPlans(corpus, 'speaker-loso', { copies: 0, seed: 0 })).toHaveLength(24);
  });

  test('files of the same bytes are never on both sides of a random fold', () => {
    const contentHashes = corpus.contentHashes.map(
      (hash, index) => corpus.contentHashes[index - (index % 2)] ?? hash,
    );
    for (const plan of foldPlans({ ...corpus, contentHashes }, 'random-10fold', { copies: 0, seed: 5 })) {
      const hashesOf = (clips: FoldPlan['train']) => clips.map((clip) => contentHashes[clip[0]!.recording]!);
      const train = new Set(hashesOf(plan.train));
      expect(hashesOf(plan.test).some((hash) => train.has(hash))).toBe(false);
    }
  });
});

describe('a side that knows too much fails the run', () => {
  const plan = plans[0]!;
  const clip = (recording: number, variant = 0): RowRef[] => [{ recording, variant }];

  test('a speaker on both sides', () => {
    const moved = { ...plan, train: [...plan.train, plan.test[0]!], test: plan.test.slice(1) };
    expect(() => checkFold(corpus, moved)).toThrow(/speaker on one side/);
  });

  test('a recording under another name on both sides', () => {
    const random = foldPlans(corpus, 'random-10fold', { copies: 0, seed: 0 })[0]!;
    const contentHashes = [...corpus.contentHashes];
    contentHashes[random.train[0]![0]!.recording] = contentHashes[random.test[0]![0]!.recording]!;
    expect(() => checkFold({ ...corpus, contentHashes }, random)).toThrow(/same bytes/);
  });

  test('an augmented variant of a tested recording', () => {
    const { recording } = plan.test[0]![0]!;
    const leaking = { ...plan, train: [...plan.train, clip(recording, 1)] };
    expect(() => checkFold(corpus, leaking)).toThrow(/recording on one side|speaker on one side/);
    const random = { ...plan, protocol: 'random-10fold' as const };
    expect(() => checkFold(corpus, { ...random, train: [...random.train, clip(recording, 1)] })).toThrow(
      /recording on one side/,
    );
  });

  test('runFold checks before anything is fitted', async () => {
    let fitted = 0;
    const counting = cheat({
      fit: async (...args) => {
        fitted++;
        return honest.fit(...args);
      },
    });
    const moved = { ...plan, train: [...plan.train, plan.test[0]!], test: plan.test.slice(1) };
    await expect(runFold(corpus, moved, counting, banks, options)).rejects.toMatchObject({ code: 'CORPUS' });
    expect(fitted).toBe(0);
  });
});

describe('a fit that reads the test side fails the run', () => {
  test('a scaler over clips of the test side', async () => {
    const peeking = cheat({
      fit: async (train, fitOptions) => {
        new TestSide(bank, plans[0]!.test).rows('rows');
        return honest.fit(train, fitOptions);
      },
    });
    await expect(runFold(corpus, plans[0]!, peeking, banks, options)).rejects.toThrow(
      /The fit read recording/,
    );
  });

  test('statistics over the clips it is asked about', async () => {
    const transductive = cheat({
      fit: async (...args): Promise<FittedLearner> => {
        const fitted = await honest.fit(...args);
        return {
          predict: async (test, knowledge) => {
            const rows = await fitted.predict(test, knowledge);
            const classes = VOICE_LABELS.length;
            const mean = Array.from({ length: classes }, (_, c) =>
              rows.filter((_v, at) => at % classes === c).reduce((sum, value) => sum + value, 0),
            );
            const balanced = rows.map((value, at) => value / mean[at % classes]!);
            return balanced.map((value, at) => {
              const first = at - (at % classes);
              return value / balanced.subarray(first, first + classes).reduce((sum, one) => sum + one, 0);
            });
          },
        };
      },
    });
    await expect(runFold(corpus, plans[0]!, transductive, banks, options)).rejects.toThrow(
      /depends on the other clips/,
    );
  });

  test('answers that are no probabilities', async () => {
    const shouting = cheat({
      fit: async (...args) => {
        const fitted = await honest.fit(...args);
        return { predict: async (...asked) => (await fitted.predict(...asked)).map((value) => 2 * value) };
      },
    });
    await expect(runFold(corpus, plans[0]!, shouting, banks, options)).rejects.toMatchObject({
      code: 'MODEL',
    });
  });

  test('from a test side neither labels nor names nor hashes can be reached', async () => {
    const seen: unknown[] = [];
    const looking = cheat({
      fit: async (...args) => {
        const fitted = await honest.fit(...args);
        return {
          predict: (side, knowledge) => {
            seen.push(...Object.values(side), ...Object.keys(side));
            return fitted.predict(side, knowledge);
          },
        };
      },
    });
    await runFold(corpus, plans[0]!, looking, banks, options);
    expect(seen).toEqual([]);
  });
});

describe('tracks', () => {
  test('more knowledge of the speaker helps the learner that uses it', async () => {
    const nothing = await uarOf(honest);
    const unlabelled = await uarOf(honest, { track: 'unlabelled' });
    expect(nothing).toBeGreaterThan(0.6);
    expect(unlabelled).toBeGreaterThan(nothing - 0.02);
    expect(await uarOf(honest, { track: 'labelled', clips: 2 })).toBeGreaterThan(0.6);
  });

  test('no clip is tested by knowledge of its own half', () => {
    for (const track of ['unlabelled', 'labelled'] as const)
      for (const { tested, known } of knowledgeGroups(plans[0]!.test, corpus.recordings, {
        track,
        clips: 2,
        seed: 0,
      })) {
        const textsOf = (places: readonly number[]) =>
          new Set(places.map((place) => corpus.recordings[plans[0]!.test[place]![0]!.recording]!.text));
        expect(known).toHaveLength(track === 'unlabelled' ? 2 : 2 * VOICE_LABELS.length);
        expect([...textsOf(known)].some((text) => textsOf(tested).has(text))).toBe(false);
      }
  });

  test('a learner without the track is refused', async () => {
    const simple = cheat({ tracks: ['nothing'] });
    await expect(
      runFold(corpus, plans[0]!, simple, banks, { ...options, track: 'labelled' }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('with shuffled training labels the mean recall is chance', async () => {
    const draws: number[] = [];
    for (const seed of [0, 1, 2, 3, 4]) draws.push(await uarOf(honest, { permute: true, seed }));
    const mean = draws.reduce((sum, uar) => sum + uar, 0) / draws.length;
    expect(Math.abs(mean - 1 / VOICE_LABELS.length)).toBeLessThan(0.06);
  });
});
