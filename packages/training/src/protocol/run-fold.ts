import { ProsodiaError } from '@prosodia/contracts';
import { Random } from '../random.js';
import type { BankCorpus } from './chunk-clips.js';
import type { FeatureBank } from './feature-bank.js';
import { checkFold, type FoldPlan, speakersApart } from './fold-plan.js';
import { type KnowledgeOptions, knowledgeGroups } from './knowledge.js';
import type { FittedLearner, Learner, SpeakerKnowledge, Track } from './learner.js';
import { type Clip, TestSide, type TrainingLabel, TrainingSide } from './side.js';

/** The clean clips, and how to come by the same under each noise. */
export interface FoldBanks {
  readonly clean: FeatureBank;
  readonly noisy: ReadonlyMap<string, () => Promise<FeatureBank>>;
}

export interface FitFoldOptions {
  readonly labels: readonly string[];
  readonly track: Track;
  readonly seed: number;
  /** Shuffles the labels of the training side: a sound bench then finds nothing. */
  readonly permute?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunFoldOptions extends KnowledgeOptions, FitFoldOptions {}

/** A learner that has learned from one fold's training side. */
export interface FittedFold {
  readonly fitted: FittedLearner;
  readonly fitSec: number;
}

/** What a fold's test clips were given, in the plan's order. */
export interface FoldResult {
  readonly name: string;
  readonly tested: readonly { readonly recording: number; readonly variant: number }[];
  /** tested × labels. */
  readonly probabilities: Float32Array;
  /** The same by name of the noise. */
  readonly noisy: Readonly<Record<string, Float32Array>>;
  readonly fitSec: number;
  readonly predictSecPerClip: number;
}

/**
 * Fits a learner on one fold's training side and tests it, watching that neither cheats.
 *
 * @throws ProsodiaError CORPUS when a side knows what it must not, when `fit` read a clip that is tested, or when an answer
 *   depends on the company of other test clips; INVALID_ARGUMENT for a track the learner lacks; MODEL for answers that are no
 *   probabilities
 */
export async function runFold(
  corpus: BankCorpus,
  plan: FoldPlan,
  learner: Learner,
  banks: FoldBanks,
  options: RunFoldOptions,
): Promise<FoldResult> {
  const side = trainingSide(corpus, plan, banks.clean, options);
  const fit = await fitFold(corpus, plan, learner, { side, bank: banks.clean }, options);
  try {
    return await testFold(corpus, plan, fit, banks, options);
  } finally {
    fit.fitted.dispose?.();
  }
}

/**
 * The first half of {@link runFold}.
 *
 * @param train  the plan's training side, of this bank
 */
export async function fitFold(
  corpus: BankCorpus,
  plan: FoldPlan,
  learner: Learner,
  train: { readonly side: TrainingSide; readonly bank: FeatureBank },
  { labels, track, seed, signal }: FitFoldOptions,
): Promise<FittedFold> {
  checkFold(corpus, plan);
  if (!learner.tracks.includes(track))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected one of ${learner.tracks.join(', ')} for the track of ${learner.name} but received ${track}`,
    );
  const started = performance.now();
  const { result: fitted, touched } = await train.bank.watch(() =>
    learner.fit(train.side, { labels, track, seed, signal }),
  );
  const fitSec = (performance.now() - started) / 1000;
  try {
    requireUntouched(corpus, plan, touched);
  } catch (error) {
    fitted.dispose?.();
    throw error;
  }
  return { fitted, fitSec };
}

/** The second half of {@link runFold}; a fit may be tested under several kinds of knowledge. */
export async function testFold(
  corpus: BankCorpus,
  plan: FoldPlan,
  { fitted, fitSec }: FittedFold,
  banks: FoldBanks,
  options: RunFoldOptions,
): Promise<FoldResult> {
  const predicted = performance.now();
  const groups = testGroups(corpus, plan, banks.clean, options);
  const probabilities = await predictAll(plan, fitted, banks.clean, groups, options);
  const predictSecPerClip = (performance.now() - predicted) / 1000 / plan.test.length;
  await requireIndependence(plan, fitted, banks.clean, groups, options, probabilities);
  const noisy: Record<string, Float32Array> = {};
  for (const [name, open] of banks.noisy) {
    const bank = await open();
    noisy[name] = await predictAll(plan, fitted, bank, testGroups(corpus, plan, bank, options), options);
  }
  const tested = plan.test.map((clip) => clip[0]!);
  return { name: plan.name, tested, probabilities, noisy, fitSec, predictSecPerClip };
}

/** Everything a learner is shown of a plan's training clips. */
export function trainingSide(
  { recordings, contentHashes }: BankCorpus,
  plan: FoldPlan,
  bank: FeatureBank,
  { labels, permute, seed }: Pick<RunFoldOptions, 'labels' | 'permute' | 'seed'>,
): TrainingSide {
  const known = plan.train.map((clip): TrainingLabel => {
    const { recording } = clip[0]!;
    const { emotion, speaker, sex } = recordings[recording]!;
    const place = labels.indexOf(emotion);
    if (place < 0)
      throw new ProsodiaError(
        'CORPUS',
        `Expected one of ${labels.join(', ')} but recording ${recording} is ${emotion}`,
      );
    return { class: place, speaker, sex, contentHash: contentHashes[recording]! };
  });
  const classes = known.map((label) => label.class);
  if (permute) new Random(seed, 'permute', plan.name).shuffle(classes);
  const shown = known.map((label, index) => ({ ...label, class: classes[index]! }));
  return new TrainingSide(new TestSide(bank, plan.train), shown, speakersApart(plan.protocol));
}

/** What a fit has read must have nothing of the test side: neither the clip nor, where the protocol says so, the voice. */
function requireUntouched(
  { recordings, contentHashes }: BankCorpus,
  plan: FoldPlan,
  touched: ReadonlySet<number>,
): void {
  if (plan.protocol === 'augmented-random') return;
  const tested = plan.test.map((clip) => clip[0]!.recording);
  const hashes = new Set(tested.map((recording) => contentHashes[recording]!));
  const speakers = new Set(
    speakersApart(plan.protocol) ? tested.map((recording) => recordings[recording]!.speaker) : [],
  );
  for (const recording of touched)
    if (hashes.has(contentHashes[recording]!) || speakers.has(recordings[recording]!.speaker))
      throw new ProsodiaError(
        'CORPUS',
        `The fit read recording ${recording} (${recordings[recording]!.speaker}), which ${plan.name} keeps for its test`,
      );
}

/** Clips that are tested with the same knowledge. */
interface TestGroup {
  readonly tested: readonly number[];
  readonly knowledge: SpeakerKnowledge;
}

/** One object of knowledge for each group: a learner may make something of it once. */
function testGroups(
  corpus: BankCorpus,
  plan: FoldPlan,
  bank: FeatureBank,
  options: RunFoldOptions,
): TestGroup[] {
  const { track, labels } = options;
  return knowledgeGroups(plan.test, corpus.recordings, options).map(({ tested, known }) => {
    const clips = testSide(plan, bank, known);
    const classes = Int32Array.from(known, (place) =>
      labels.indexOf(corpus.recordings[plan.test[place]![0]!.recording]!.emotion),
    );
    const knowledge: SpeakerKnowledge =
      track === 'nothing' ? { track } : track === 'unlabelled' ? { track, clips } : { track, clips, classes };
    return { tested, knowledge };
  });
}

function testSide(plan: FoldPlan, bank: FeatureBank, places: readonly number[]): TestSide {
  return new TestSide(
    bank,
    places.map((place): Clip => plan.test[place]!),
  );
}

async function predictAll(
  plan: FoldPlan,
  fitted: FittedLearner,
  bank: FeatureBank,
  groups: readonly TestGroup[],
  { labels, seed }: RunFoldOptions,
): Promise<Float32Array> {
  const classes = labels.length;
  const all = new Float32Array(plan.test.length * classes);
  for (const { tested, knowledge } of groups) {
    // An order that says nothing: names of corpora are sorted by emotion.
    const order = new Random(seed, 'test-order', plan.name).shuffle([...tested]);
    const rows = await predictPlaces(plan, fitted, bank, order, knowledge, classes);
    for (const [index, place] of order.entries())
      all.set(rows.subarray(index * classes, (index + 1) * classes), place * classes);
  }
  return all;
}

async function predictPlaces(
  plan: FoldPlan,
  fitted: FittedLearner,
  bank: FeatureBank,
  places: readonly number[],
  knowledge: SpeakerKnowledge,
  classes: number,
): Promise<Float32Array> {
  const rows = await fitted.predict(testSide(plan, bank, places), knowledge);
  requireProbabilities(rows, places.length, classes, plan.name);
  return rows;
}

function requireProbabilities(rows: Float32Array, count: number, classes: number, name: string): void {
  if (rows.length !== count * classes)
    throw new ProsodiaError(
      'MODEL',
      `Expected ${count} × ${classes} probabilities in ${name} but received ${rows.length} values`,
    );
  for (let row = 0; row < count; row++) {
    const own = rows.subarray(row * classes, (row + 1) * classes);
    const sum = own.reduce((total, value) => total + value, 0);
    if (!own.every((value) => value >= 0) || Math.abs(sum - 1) > 1e-3)
      throw new ProsodiaError(
        'MODEL',
        `Expected probabilities that sum to 1 in ${name} but row ${row} has ${sum}`,
      );
  }
}

/** Clips of each group that are asked again by themselves. */
const ASKED_AGAIN = 5;

/** Other batches round differently. */
const SAME = 1e-3;

/** Asks a few clips again, alone: statistics of the test side, or memory of it, would change the answer. */
async function requireIndependence(
  plan: FoldPlan,
  fitted: FittedLearner,
  bank: FeatureBank,
  groups: readonly TestGroup[],
  { labels, seed }: RunFoldOptions,
  probabilities: Float32Array,
): Promise<void> {
  const classes = labels.length;
  for (const { tested, knowledge } of groups) {
    const asked = new Random(seed, 'ask-again', plan.name).shuffle([...tested]).slice(0, ASKED_AGAIN);
    for (const place of asked) {
      const again = await predictPlaces(plan, fitted, bank, [place], knowledge, classes);
      const before = probabilities.subarray(place * classes, (place + 1) * classes);
      if (again.some((value, index) => Math.abs(value - before[index]!) > SAME))
        throw new ProsodiaError(
          'CORPUS',
          `The answer to a clip of ${plan.name} depends on the other clips tested with it: a statistic of the test side is used`,
        );
    }
  }
}
