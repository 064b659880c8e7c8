import type { ErrorReport } from './errors.js';

/** What was heard in a stretch of audio. */
export interface Recognition {
  /** The likeliest label. */
  readonly label: string;
  /** Its probability, in [0, 1]. */
  readonly confidence: number;
  /** Every label's probability, in label order, summing to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly startSec: number;
  readonly endSec: number;
}

/** One item of a batch: its answer or its own error; one bad file never loses the others. */
export type BatchItem<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorReport };
