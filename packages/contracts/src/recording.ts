import { z } from 'zod';

/** One labelled recording of a corpus. */
export const recordingSchema = z.strictObject({
  /** Where the audio is. */
  path: z.string().min(1),
  corpus: z.string().min(1),
  speaker: z.string().min(1),
  sex: z.enum(['female', 'male']).nullable(),
  /** The label, in lower case. */
  emotion: z.string().min(1),
  intensity: z.enum(['normal', 'strong']).nullable(),
  /** What is said. */
  text: z.string().nullable(),
  repetition: z.number().int().min(1).nullable(),
  /** True for speech that no person spoke. Shown wherever a result of it is shown. */
  synthetic: z.boolean(),
});

export type Recording = z.output<typeof recordingSchema>;

/** A protocol decides what the training side may know of the test side. */
export const PROTOCOLS = ['speaker', 'recording', 'augmented-random'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One row of training data: a recording as it is (variant 0) or one of its augmented variants. */
export interface RowRef {
  readonly recording: number;
  readonly variant: number;
}

/**
 * Which rows train, which choose (epochs, best weights), which are only ever scored.
 *
 * `validationIsTest` is true for `augmented-random` alone: there, as in the paper, the same 20 % both stop
 * the training and give the result.
 */
export interface Split {
  readonly protocol: Protocol;
  readonly seed: number;
  /** Fold number from 0, for protocols with folds. */
  readonly fold: number;
  readonly train: readonly RowRef[];
  readonly validation: readonly RowRef[];
  readonly test: readonly RowRef[];
  readonly validationIsTest: boolean;
  /** SHA-256 over the recordings and the three lists: a checkpoint resumes only the split it was made on. */
  readonly hash: string;
}
