import { ProsodiaError, type Protocol, type Recording, type RowRef } from '@prosodia/contracts';
import { Random } from '../random.js';
import { checkSplit, type SplitCorpus } from '../split/check-split.js';
import { speakerFolds } from '../split/speaker-folds.js';
import type { Clip } from './side.js';

/** Ways to divide a corpus so that every clip is tested exactly once. */
export const FOLD_PROTOCOLS = [
  'speaker-loso',
  'speaker-6fold',
  'speaker-5fold',
  'random-10fold',
  'augmented-random',
  'cross-corpus',
] as const;
export type FoldProtocol = (typeof FOLD_PROTOCOLS)[number];

/** Said beside every figure of a protocol whose training side knows too much. */
export const FOLD_CAVEATS: Readonly<Record<FoldProtocol, string>> = {
  'speaker-loso': '',
  'speaker-6fold': '',
  'speaker-5fold': '',
  'random-10fold':
    'Recordings were divided at random: the same speakers, saying the same sentences, are on both sides.',
  'augmented-random':
    'Clips and their changed copies were divided at random: most test rows are copies of recordings that were trained on.',
  'cross-corpus': '',
};

/** One fold: who trains and who is tested. */
export interface FoldPlan {
  readonly name: string;
  readonly protocol: FoldProtocol;
  readonly train: readonly Clip[];
  readonly test: readonly Clip[];
}

/** EmoBox's folds of RAVDESS's actors (Ma et al. 2024), and the five of the literature before it. */
const ACTOR_FOLDS: Readonly<Record<'speaker-6fold' | 'speaker-5fold', readonly (readonly number[])[]>> = {
  'speaker-6fold': [
    [1, 11, 20, 21],
    [4, 10, 12, 14],
    [8, 9, 19, 23],
    [3, 5, 7, 24],
    [2, 15, 16, 18],
    [6, 13, 17, 22],
  ],
  'speaker-5fold': [
    [2, 5, 14, 15, 16],
    [3, 6, 7, 13, 18],
    [10, 11, 12, 19, 20],
    [8, 17, 21, 23, 24],
    [1, 4, 9, 22],
  ],
};

const ROW_FOLDS = 5;

/**
 * The folds of a protocol, each checked before it is returned.
 *
 * `speaker-6fold` and `speaker-5fold` are the published ones for RAVDESS's 24 actors; other speakers are dealt, women
 * and men in turn. `cross-corpus` has a fold for each corpus: it is tested by what was trained on the others.
 *
 * @param copies  changed copies of each recording
 * @throws ProsodiaError CORPUS (too few speakers, recordings or corpora; a side that knows what it must not)
 */
export function foldPlans(
  corpus: SplitCorpus,
  protocol: FoldProtocol,
  options: { readonly copies: number; readonly seed: number },
): FoldPlan[] {
  const plans =
    protocol === 'augmented-random'
      ? rowFolds(corpus, options)
      : groupFolds(corpus, protocol, options.seed).map((group, index) =>
          groupPlan(corpus, group, index, options.copies),
        );
  const checked = plans.map((plan) => ({ ...plan, protocol }));
  for (const plan of checked) checkFold(corpus, plan);
  requireEachOnce(corpus, checked);
  return checked;
}

/** What the leaks of a protocol are checked as. */
export function speakersApart(protocol: FoldProtocol): boolean {
  return protocol.startsWith('speaker-') || protocol === 'cross-corpus';
}

/**
 * Refuses a fold whose sides share a speaker, a recording (or its copy, or its bytes under another name) or an
 * augmented variant, as far as its protocol forbids it.
 *
 * @throws ProsodiaError CORPUS
 */
export function checkFold(corpus: SplitCorpus, plan: FoldPlan): void {
  if (plan.train.length === 0 || plan.test.length === 0)
    throw new ProsodiaError('CORPUS', `Expected clips on both sides of ${plan.name} but one is empty`);
  const rule: Protocol = speakersApart(plan.protocol)
    ? 'speaker'
    : plan.protocol === 'random-10fold'
      ? 'recording'
      : 'augmented-random';
  const rows = { train: plan.train.flat(), validation: [], test: plan.test.flat() };
  checkSplit(corpus, { protocol: rule, ...rows, validationIsTest: false });
}

function groupPlan(
  { recordings }: SplitCorpus,
  group: { readonly name: string; readonly test: ReadonlySet<number> },
  index: number,
  copies: number,
): Omit<FoldPlan, 'protocol'> {
  const clips = recordings.map((_, recording) => copiesOf(recording, copies));
  return {
    name: `fold-${String(index).padStart(2, '0')} (${group.name})`,
    train: clips.filter((_, recording) => !group.test.has(recording)),
    test: clips.filter((_, recording) => group.test.has(recording)),
  };
}

/** A recording and its changed copies. */
export function copiesOf(recording: number, copies: number): RowRef[] {
  return Array.from({ length: 1 + copies }, (_, variant) => ({ recording, variant }));
}

function groupFolds(corpus: SplitCorpus, protocol: FoldProtocol, seed: number) {
  if (protocol === 'random-10fold') return recordingFolds(corpus, 10, seed);
  const key = protocol === 'cross-corpus' ? 'corpus' : 'speaker';
  return namesOfFolds(corpus.recordings, protocol, seed).map((names) => ({
    name: names.join(', '),
    test: new Set(
      corpus.recordings.flatMap((recording, index) => (names.includes(recording[key]) ? [index] : [])),
    ),
  }));
}

function namesOfFolds(recordings: readonly Recording[], protocol: FoldProtocol, seed: number): string[][] {
  const speakers = [...new Set(recordings.map(({ speaker }) => speaker))].sort();
  switch (protocol) {
    case 'cross-corpus': {
      const corpora = [...new Set(recordings.map(({ corpus }) => corpus))].sort();
      if (corpora.length < 2)
        throw new ProsodiaError('CORPUS', `Expected two corpora but there is only ${corpora[0] ?? 'none'}`);
      return corpora.map((name) => [name]);
    }
    case 'speaker-6fold':
    case 'speaker-5fold': {
      const named = ACTOR_FOLDS[protocol].map((actors) =>
        actors.map((actor) => `Actor_${String(actor).padStart(2, '0')}`),
      );
      const published = named.flat().sort().join() === speakers.join();
      return published ? named : speakerFolds(recordings, named.length, seed);
    }
    default:
      if (speakers.length < 2)
        throw new ProsodiaError('CORPUS', `Expected at least 2 speakers but there is ${speakers.length}`);
      return speakers.map((speaker) => [speaker]);
  }
}

function recordingFolds({ contentHashes }: SplitCorpus, folds: number, seed: number) {
  // Files of the same bytes go together.
  const order = new Random(seed, 'recording-folds').shuffle([...new Set(contentHashes)].sort());
  if (order.length < folds)
    throw new ProsodiaError('CORPUS', `Expected at least ${folds} recordings but there are ${order.length}`);
  const foldOf = new Map(order.map((hash, index) => [hash, index % folds]));
  return Array.from({ length: folds }, (_, fold) => ({
    name: `${fold + 1} of ${folds}`,
    test: new Set(contentHashes.flatMap((hash, index) => (foldOf.get(hash) === fold ? [index] : []))),
  }));
}

function rowFolds({ recordings }: SplitCorpus, options: { copies: number; seed: number }) {
  const rows = recordings.flatMap((_, recording) => copiesOf(recording, options.copies));
  const order = new Random(options.seed, 'row-folds').permutation(rows.length);
  const foldOf = new Int32Array(rows.length);
  for (const [position, row] of order.entries()) foldOf[row] = position % ROW_FOLDS;
  return Array.from({ length: ROW_FOLDS }, (_, fold) => ({
    name: `fold-${String(fold).padStart(2, '0')} (${fold + 1} of ${ROW_FOLDS})`,
    train: rows.filter((_row, index) => foldOf[index] !== fold).map((row) => [row]),
    test: rows.filter((_row, index) => foldOf[index] === fold).map((row) => [row]),
  }));
}

function requireEachOnce({ recordings }: SplitCorpus, plans: readonly FoldPlan[]): void {
  const tested = plans.flatMap(({ test }) => test.map((clip) => `${clip[0]!.recording}.${clip[0]!.variant}`));
  const recorded = new Set(plans.flatMap(({ test }) => test.map((clip) => clip[0]!.recording)));
  if (new Set(tested).size !== tested.length || recorded.size !== recordings.length)
    throw new ProsodiaError(
      'CORPUS',
      `Expected each of ${recordings.length} recordings tested once but ${recorded.size} are, in ${tested.length} rows`,
    );
}
