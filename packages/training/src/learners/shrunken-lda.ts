import { type NetworkInput, ProsodiaError } from '@prosodia/contracts';
import { applyTemperature, fitTemperatureOf } from '../evaluate/calibration.js';
import { argmaxRows, confusionMatrix, scoresOf } from '../evaluate/metrics.js';
import type { FittedLearner, Learner, LearnerOptions, SpeakerKnowledge } from '../protocol/learner.js';
import type { TestSide, TrainingSide } from '../protocol/side.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import { fitKernelHead, type KernelHead, RIDGES } from './kernel-head.js';
import {
  CLASS_TAU,
  type FittedHead,
  fitHead,
  INNER_FOLDS,
  type KnownRows,
  type LdaHead,
  OWN_WEIGHT,
  ofCopies,
  SHRINKAGES,
  SOFT,
  SPEAKER_TAU,
} from './lda-head.js';
import { type PatchOptions, patches } from './learn-patches.js';
import { asItIs, type FittedSummary, type Summary } from './summary.js';

/** Shares of the second head that are tried inside the training side. */
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6] as const;

/** The statistics' input, and the frames'. */
export const INPUT = 'rows';
export const FRAMES = 'frames';

export interface ShrunkenLdaOptions {
  readonly name: string;
  /** Statistics of a clip. */
  readonly features: NetworkInput;
  /** Frames of a clip, for a second head on patches of them; a `sequence`. */
  readonly frames?: { readonly input: NetworkInput; readonly patches: PatchOptions } | undefined;
  readonly copies?: readonly AugmentationRule[] | undefined;
  /** Clips are brought to this rate before they are changed. */
  readonly copiesAtHz?: number | undefined;
  /**
   * Remembers every clip and judges by nearness to them (kernel ridge regression) instead of by class means. It has no second
   * head and learns nothing from a person's labelled clips.
   */
  readonly remember?: boolean | undefined;
  /** How many of the copies answer too, from the first; the others are only trained on. All unless given. */
  readonly answerCopies?: number | undefined;
  /**
   * How many of the copies, from the first, are trained on where rows are normalised by the speaker's own; all unless given.
   * Who is normalised by clips from the same noise needs no noisy copies, and loses by them.
   */
  readonly speakerCopies?: number | undefined;
}

/**
 * Shrunken linear discriminant analysis: closed-form, its shrinkage and temperature chosen inside the training side. With
 * frames, a second one on the clip's patches answers too, with a share that is chosen there as well.
 *
 * With `unlabelled` or `labelled` knowledge each speaker's rows are normalised by his or her own statistics, shrunk
 * toward the population where few clips are known; labelled clips also move the class means toward theirs.
 */
export function shrunkenLda({
  name,
  features,
  frames,
  copies = [],
  copiesAtHz,
  answerCopies = copies.length,
  speakerCopies = copies.length,
  remember = false,
}: ShrunkenLdaOptions): Learner {
  const summaries = [
    asItIs('functionals', INPUT),
    ...(frames ? [patches('patches', FRAMES, frames.patches)] : []),
  ];
  if (remember && frames)
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected no frames for ${name}, which remembers statistics`);
  return {
    name,
    identity: [
      ...['shrunken-lda', 7, features, frames ?? null, copies, summaries.map(({ identity }) => identity)],
      ...[answerCopies, speakerCopies, copiesAtHz ?? null],
      ...[SHRINKAGES, SHARES, INNER_FOLDS, SPEAKER_TAU, CLASS_TAU, OWN_WEIGHT, SOFT],
      ...(remember ? ['kernel', 1, RIDGES] : []),
    ],
    inputs: { [INPUT]: features, ...(frames && { [FRAMES]: frames.input }) },
    ...{ copies, copiesAtHz },
    tracks: remember ? ['nothing', 'unlabelled'] : ['nothing', 'unlabelled', 'labelled'],
    fitName: (track) => (track === 'nothing' ? 'clip alone' : 'by speaker'),
    answerCopies,
    fit: (train, options) => fitLda(summaries, train, { ...options, answerCopies, speakerCopies, remember }),
  };
}

/** A head and how its rows come about. */
export interface LdaPart {
  readonly summary: Summary;
  readonly fitted: FittedSummary;
  readonly head: LdaHead | KernelHead;
  /** Its share of the answer; all shares sum to 1. */
  readonly share: number;
}

async function fitLda(
  summaries: readonly Summary[],
  train: TrainingSide,
  options: LearnerOptions & {
    readonly answerCopies: number;
    readonly speakerCopies: number;
    readonly remember: boolean;
  },
): Promise<FittedLda> {
  const fitOne = options.remember ? fitKernelHead : fitHead;
  const trainedOn = options.track === 'nothing' ? train.clips.copies : options.speakerCopies;
  const found = [];
  for (const summary of summaries) {
    const fitted = await summary.fit(train, options);
    const copies: Float32Array[] = [];
    for (let copy = 0; copy <= trainedOn; copy++) copies.push(await fitted.ofTraining(copy));
    found.push({ summary, fitted, ...(await fitOne(copies, fitted.size, train, options)) });
  }
  const [first, second] = found;
  const classes = options.labels.length;
  const share = second ? bestShare(first!, second, classes) : 0;
  const inner = second ? mixed(first!, second, share) : first!.innerCopies;
  // As `predict` answers: each copy as sure as the temperature says, and then their mean, which is less sure.
  const answers = (temperature: number) =>
    ofCopies(inner.map((copy) => applyTemperature(copy, classes, temperature)));
  const { temperature } = fitTemperatureOf(answers, first!.innerTruth, classes, 'inner');
  const parts = found.map(({ summary, fitted, head }, index) => ({
    ...{ summary, fitted, head },
    share: index === 0 ? 1 - share : share,
  }));
  return new FittedLda(
    parts.filter((part) => part.share > 0),
    temperature,
    options.answerCopies,
  );
}

/** What the inner folds' heads said. */
type InnerAnswers = Pick<FittedHead, 'innerCopies' | 'innerTruth'>;

/**
 * The share of the second head with which the mean recall on the inner folds is best, each share judged together with its
 * neighbours: one lucky clip must not decide.
 */
function bestShare(first: InnerAnswers, second: InnerAnswers, classes: number): number {
  const recalls = SHARES.map((share) => {
    const said = argmaxRows(ofCopies(mixed(first, second, share)), classes);
    return scoresOf(confusionMatrix(first.innerTruth, said, classes)).uar;
  });
  const smooth = recalls.map((_, at) => {
    const near = recalls.slice(Math.max(0, at - 1), at + 2);
    return near.reduce((sum, recall) => sum + recall, 0) / near.length;
  });
  return SHARES[smooth.indexOf(Math.max(...smooth))]!;
}

/** What both heads together say of the clips, and of each copy. */
function mixed(first: InnerAnswers, second: InnerAnswers, share: number): Float32Array[] {
  return first.innerCopies.map((copy, index) =>
    copy.map((value, at) => (1 - share) * value + share * second.innerCopies[index]![at]!),
  );
}

export class FittedLda implements FittedLearner {
  /** Of those who are known, by the object that says who they are: rows of each part and copy. */
  readonly #known = new WeakMap<SpeakerKnowledge, Map<string, Promise<KnownRows>>>();

  constructor(
    readonly parts: readonly LdaPart[],
    /** Of the mixture: as sure as the inner folds have shown it may be. */
    readonly temperature: number,
    private readonly copies: number,
  ) {}

  async predict(test: TestSide, knowledge: SpeakerKnowledge): Promise<Float32Array> {
    const { classes } = this.parts[0]!.head.trained;
    const answers: Float32Array[] = [];
    for (let copy = 0; copy <= Math.min(test.copies, this.copies); copy++) {
      const sum = new Float32Array(test.length * classes);
      for (const part of this.parts) {
        const rows = await part.fitted.vectors(test.rows(part.summary.input, copy));
        const own = await part.head.posteriors(rows, await this.#knownRows(part, knowledge, copy));
        for (const [at, value] of own.entries()) sum[at]! += part.share * value;
      }
      answers.push(applyTemperature(sum, classes, this.temperature));
    }
    return ofCopies(answers);
  }

  #knownRows(part: LdaPart, knowledge: SpeakerKnowledge, copy: number): Promise<KnownRows> | undefined {
    if (knowledge.track === 'nothing') return undefined;
    const known = this.#known.get(knowledge) ?? new Map<string, Promise<KnownRows>>();
    this.#known.set(knowledge, known);
    const name = `${part.summary.name}/${copy}`;
    const rows = known.get(name) ?? knownRows(part, knowledge, copy);
    known.set(name, rows);
    return rows;
  }
}

async function knownRows(
  { summary, fitted }: LdaPart,
  knowledge: Exclude<SpeakerKnowledge, { track: 'nothing' }>,
  copy: number,
): Promise<KnownRows> {
  const rows = await fitted.vectors(knowledge.clips.rows(summary.input, copy));
  return { rows, classes: knowledge.track === 'labelled' ? knowledge.classes : undefined };
}
