import type { NetworkInput } from '@prosodia/contracts';
import type { AugmentationRule } from '../recipes/recipe.js';
import type { TestSide, TrainingSide } from './side.js';

/** What a system may know of the speaker it is tested on. */
export const TRACKS = ['nothing', 'unlabelled', 'labelled'] as const;
export type Track = (typeof TRACKS)[number];

/** What a prediction may use of one test speaker beside the clip itself. */
export type SpeakerKnowledge =
  | { readonly track: 'nothing' }
  /** Clips of that speaker without labels. */
  | { readonly track: 'unlabelled'; readonly clips: TestSide }
  /** Clips of that speaker and the class of each. */
  | { readonly track: 'labelled'; readonly clips: TestSide; readonly classes: Int32Array };

export interface LearnerOptions {
  /** What will be known when it predicts: it may prepare for that. */
  readonly track: Track;
  readonly labels: readonly string[];
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Anything that learns to tell classes from recordings.
 *
 * Whatever it chooses – epochs, features, scaler, shrinkage, temperature, weights of a mixture – it chooses inside
 * `fit`, which is shown the training side alone; `TrainingSide.innerFolds` divides that side by its speakers.
 */
export interface Learner {
  readonly name: string;
  /** JSON that changes whenever the learner would learn something else; finished folds of another are not reused. */
  readonly identity: unknown;
  /** What it sees of a clip, by names of its own. */
  readonly inputs: Readonly<Record<string, NetworkInput>>;
  /** Changed copies of each clip it wants beside the clip itself: copy 1, 2, … of its sides. */
  readonly copies: readonly AugmentationRule[];
  /** Clips are brought to this rate before they are changed; changed at their own unless given. */
  readonly copiesAtHz?: number | undefined;
  /** How many of the copies its answer is averaged over, from the first; the others are only trained on. All unless given. */
  readonly answerCopies?: number | undefined;
  readonly tracks: readonly Track[];
  /** Tracks of one name here share a fit; each has its own unless given. */
  fitName?(track: Track): string;
  fit(train: TrainingSide, options: LearnerOptions): Promise<FittedLearner>;
}

/** What a learner needs of clips that are only tested: the copies that answer. */
export function answering({ inputs, copies, copiesAtHz, answerCopies }: Learner) {
  return { inputs, copiesAtHz, copies: copies.slice(0, answerCopies ?? copies.length) };
}

export interface FittedLearner {
  /**
   * Probabilities of some clips. Under `unlabelled` and `labelled` all of them are one speaker's. A clip's
   * answer depends on the clip and the knowledge, never on the other clips of the call: this is checked.
   *
   * @returns clips × labels, each row summing to 1
   */
  predict(test: TestSide, knowledge: SpeakerKnowledge): Promise<Float32Array>;
  dispose?(): void;
}
