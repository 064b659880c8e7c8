import type { AudioClip } from '@prosodia/contracts';
import type { NativeCall, NativeJob } from './job.js';

/** One change, as the addon takes it. */
export interface NativeAugmentation {
  readonly kind: 'noise' | 'pitch' | 'pitchAndFormants' | 'stretch';
  /** Signal-to-noise ratio in dB, semitones, or speed. */
  readonly amount: number;
  /** 0 to 2^32 − 1; only noise draws numbers. */
  readonly seed: number;
}

/** Noise, pitch shift and time stretch. Samples are copied before a call returns. */
export interface AugmentOperations {
  /** One change for each clip. */
  augment(
    clips: readonly AudioClip[],
    changes: readonly NativeAugmentation[],
    call: NativeCall,
  ): NativeJob<AudioClip[]>;
}
