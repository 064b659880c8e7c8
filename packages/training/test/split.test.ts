import { describe, expect, test } from '@jest/globals';
import type { Recording, RowRef, Split } from '@prosodia/contracts';
import fc from 'fast-check';
import type { SplitCorpus } from '../src/split/check-split.js';
import { checkSplit } from '../src/split/check-split.js';
import { speakerFolds } from '../src/split/speaker-folds.js';
import { makeSplit } from '../src/split/split.js';

/** A corpus of the shape of RAVDESS: as many women as men, every recording its own bytes. */
function corpusOf(speakers: number, each: number): SplitCorpus {
  const recordings: Recording[] = [];
  for (let speaker = 1; speaker <= speakers; speaker++)
    for (let take = 0; take < each; take++)
      recordings.push({
        path: `/corpus/${speaker}-${take}.wav`,
        corpus: 'test',
        speaker: `s${speaker}`,
        sex: speaker % 2 === 0 ? 'female' : 'male',
        emotion: ['angry', 'calm', 'sad'][take % 3]!,
        intensity: null,
        text: null,
        repetition: null,
        synthetic: false,
      });
  return { recordings, contentHashes: recordings.map((recording) => recording.path) };
}

const key = (row: RowRef) => `${row.recording}.${row.variant}`;
const speakersOf = (corpus: SplitCorpus, rows: readonly RowRef[]) =>
  new Set(rows.map((row) => corpus.recordings[row.recording]!.speaker));
const recordingsOf = (rows: readonly RowRef[]) => new Set(rows.map((row) => row.recording));
const overlap = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>) => [...a].filter((item) => b.has(item));
const ravdess = corpusOf(24, 60);

describe('the speaker protocol', () => {
  test('speakers are on one side only, each tested once over the folds, women and men balanced', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 26 }),
        fc.integer({ min: 2, max: 4 }),
        fc.nat(1000),
        (count, folds, seed) => {
          const corpus = corpusOf(count, 3);
          const tested: string[] = [];
          for (let fold = 0; fold < folds; fold++) {
            const split = makeSplit(corpus, { protocol: 'speaker', rowsPerRecording: 2, seed, folds, fold });
            const [train, validation, test] = [split.train, split.validation, split.test].map((rows) =>
              speakersOf(corpus, rows),
            ) as [Set<string>, Set<string>, Set<string>];
            expect([
              ...overlap(train, validation),
              ...overlap(train, test),
              ...overlap(validation, test),
            ]).toEqual([]);
            expect(train.size + validation.size + test.size).toBe(count);
            tested.push(...test);
          }
          expect(tested.sort()).toEqual([...speakersOf(corpus, allRows(corpus))].sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  test('folds of 24 actors are sex-balanced', () => {
    const folds = speakerFolds(ravdess.recordings, 6, 0);
    for (const fold of folds) {
      expect(fold).toHaveLength(4);
      expect(fold.filter((speaker) => Number(speaker.slice(1)) % 2 === 0)).toHaveLength(2);
    }
  });

  test('train holds variants, validation and test recordings as they are', () => {
    const split = makeSplit(ravdess, { protocol: 'speaker', rowsPerRecording: 4, seed: 0 });
    expect(split.train.length).toBe(4 * recordingsOf(split.train).size);
    expect(split.train.length / 4 + split.validation.length + split.test.length).toBe(1440);
    expect([...split.validation, ...split.test].every((row) => row.variant === 0)).toBe(true);
    expect(split.validationIsTest).toBe(false);
  });

  test('named speakers are taken as named', () => {
    const split = makeSplit(ravdess, {
      protocol: 'speaker',
      rowsPerRecording: 1,
      seed: 0,
      testSpeakers: ['s20', 's21'],
      validationSpeakers: ['s3'],
    });
    expect([...speakersOf(ravdess, split.test)]).toEqual(['s20', 's21']);
    expect([...speakersOf(ravdess, split.validation)]).toEqual(['s3']);
    expect(speakersOf(ravdess, split.train).size).toBe(21);
  });

  test('named validation speakers never come into a test fold', () => {
    const tested = [0, 1, 2].flatMap((fold) => {
      const options = { protocol: 'speaker', rowsPerRecording: 1, seed: 0, folds: 3, fold } as const;
      return [...speakersOf(ravdess, makeSplit(ravdess, { ...options, validationSpeakers: ['s3'] }).test)];
    });
    expect(tested).toHaveLength(23);
    expect(tested).not.toContain('s3');
  });
});

describe('the recording protocol', () => {
  test('a recording, its variants and its copies are on one side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 80 }), fc.nat(1000), fc.nat(4), (count, seed, fold) => {
        const corpus = corpusOf(1, count);
        // Every third file holds the bytes of its neighbour.
        const contentHashes = corpus.contentHashes.map((hash, index) =>
          index % 3 === 1 ? corpus.contentHashes[index - 1]! : hash,
        );
        const copies = { ...corpus, contentHashes };
        const split = makeSplit(copies, { protocol: 'recording', rowsPerRecording: 3, seed, fold });
        const hashesOf = (rows: readonly RowRef[]) =>
          new Set(rows.map((row) => contentHashes[row.recording]!));
        const [train, validation, test] = [split.train, split.validation, split.test].map(hashesOf) as [
          Set<string>,
          Set<string>,
          Set<string>,
        ];
        expect([
          ...overlap(train, validation),
          ...overlap(train, test),
          ...overlap(validation, test),
        ]).toEqual([]);
        expect(recordingsOf([...split.train, ...split.validation, ...split.test]).size).toBe(count);
      }),
      { numRuns: 60 },
    );
  });

  test('a fifth of RAVDESS tests', () => {
    const split = makeSplit(ravdess, { protocol: 'recording', rowsPerRecording: 4, seed: 1 });
    expect(split.test).toHaveLength(288);
    expect(split.train).toHaveLength(4 * 921);
    expect(split.validation).toHaveLength(231);
  });
});

describe('the augmented-random protocol', () => {
  test('5,760 rows give 1,152 test rows, which also validate, and the folds cover every row once', () => {
    const tested: string[] = [];
    for (let fold = 0; fold < 5; fold++) {
      const split = makeSplit(ravdess, { protocol: 'augmented-random', rowsPerRecording: 4, seed: 3, fold });
      expect(split.test).toHaveLength(1152);
      expect(split.train).toHaveLength(4608);
      expect(split.validation).toBe(split.test);
      expect(split.validationIsTest).toBe(true);
      tested.push(...split.test.map(key));
    }
    expect(new Set(tested).size).toBe(5760);
  });

  test('the leak it is known for is there', () => {
    const split = makeSplit(ravdess, { protocol: 'augmented-random', rowsPerRecording: 4, seed: 0 });
    const shared = overlap(recordingsOf(split.test), recordingsOf(split.train)).length;
    expect(shared / recordingsOf(split.test).size).toBeGreaterThan(0.9);
  });
});

describe('any split', () => {
  test.each(['speaker', 'recording', 'augmented-random'] as const)(
    '%s: the same seed gives the same hash, another seed, fold or label another',
    (protocol) => {
      const options = { protocol, rowsPerRecording: 2, seed: 4 };
      const { hash } = makeSplit(ravdess, options);
      expect(makeSplit(ravdess, options).hash).toBe(hash);
      expect(makeSplit(ravdess, { ...options, seed: 5 }).hash).not.toBe(hash);
      expect(makeSplit(ravdess, { ...options, fold: 1 }).hash).not.toBe(hash);
      const relabelled = ravdess.recordings.map((one, index) =>
        index === 7 ? { ...one, emotion: 'x' } : one,
      );
      expect(makeSplit({ ...ravdess, recordings: relabelled }, options).hash).not.toBe(hash);
    },
  );

  test('the guards throw for a speaker, a recording, a copy or a row on two sides', () => {
    const base: Split = makeSplit(ravdess, { protocol: 'speaker', rowsPerRecording: 2, seed: 0 });
    const foreign = base.test[0]!;
    const check =
      (split: Split, corpus = ravdess) =>
      () =>
        checkSplit(corpus, split);
    expect(check(base)).not.toThrow();
    expect(check({ ...base, train: [...base.train, foreign] })).toThrow(/each row on one side/);
    const variant = { ...foreign, variant: 1 };
    expect(check({ ...base, train: [...base.train, variant] })).toThrow(/each recording on one side/);
    const sibling = base.test.find((row) => row.recording !== foreign.recording)!;
    const moved = { ...base, test: [foreign], train: [...base.train, sibling] };
    expect(check(moved)).toThrow(/each speaker on one side/);
    const contentHashes = [...ravdess.contentHashes];
    contentHashes[base.train[0]!.recording] = contentHashes[foreign.recording]!;
    expect(check(base, { ...ravdess, contentHashes })).toThrow(/same bytes/);
    expect(check({ ...base, test: [...base.test, foreign] })).toThrow(/repeats/);
    expect(check({ ...base, test: [{ recording: 9999, variant: 0 }] })).toThrow(/corpus lacks/);
    expect(check({ ...base, validationIsTest: true })).toThrow(/may not validate/);
  });

  test.each([
    [{ fold: 5 }, /from 0 to 4 for fold but received 5/],
    [{ folds: 1 }, /folds/],
    [{ seed: -1 }, /seed/],
    [{ rowsPerRecording: 0 }, /rowsPerRecording/],
    [{ protocol: 'actor' as never }, /protocol but received actor/],
    [{ testSpeakers: ['s99'] }, /received s99/],
    [{ protocol: 'recording' as const, testSpeakers: ['s1'] }, /only with the protocol "speaker"/],
  ])('%j is refused', (wrong, message) => {
    const options = { protocol: 'speaker', rowsPerRecording: 1, seed: 0, ...wrong } as const;
    expect(() => makeSplit(ravdess, options)).toThrow(message);
  });

  test('too few speakers are a CORPUS error', () => {
    const options = { protocol: 'speaker', rowsPerRecording: 1, seed: 0 } as const;
    expect(() => makeSplit(corpusOf(4, 3), options)).toThrow(/at least 5 speakers for 5 folds/);
    expect(() => makeSplit(corpusOf(2, 3), { ...options, folds: 2 })).toThrow(/at least 2 speakers beside/);
  });
});

function allRows(corpus: SplitCorpus): RowRef[] {
  return corpus.recordings.map((_, recording) => ({ recording, variant: 0 }));
}
