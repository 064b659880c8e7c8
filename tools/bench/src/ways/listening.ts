import type { Recognition } from '@prosodia/contracts';
import type { Recognizer } from '@prosodia/runtime';

/** A finished stretch of speech, as every way tells it. */
export type HeardSegment = Pick<
  Recognition,
  'startSec' | 'endSec' | 'label' | 'confidence' | 'probabilities'
>;

/** A recording on disk, and what hears it. */
export interface Listening {
  readonly recognizer: Recognizer;
  /** What the recognizer was loaded from. */
  readonly model: string;
  /** A service with the same model. */
  readonly url: string;
  /** A 16-bit mono WAV file. */
  readonly file: string;
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  /** For what a way writes. */
  readonly folder: string;
}
