import type { AudioClip } from '@prosodia/contracts';
import type { NativeCall, NativeJob } from './job.js';

/** One change, as the addon takes it. */
export interface NativeAugmentation {
  readonly kind:
    | 'noise'
    | 'pink'
    | 'recorded'
    | 'pitch'
    | 'pitchAndFormants'
    | 'stretch'
    | 'gain'
    | 'reverb'
    | 'reverbAtLevel'
    | 'telephone'
    | 'telephoneMuLaw';
  /** Signal-to-noise ratio in dB, semitones, speed, or gain in dB; 0 for the others. */
  readonly amount: number;
  /** 0 to 2^32 − 1; only noise draws numbers. */
  readonly seed: number;
  /** Recorded noise, or a room's impulse response, at any rate. Changes in a row that share the object share one copy. */
  readonly sound?: AudioClip | undefined;
}

/** Changes to clips. Samples are copied before a call returns. */
export interface AugmentOperations {
  /** One change for each clip. */
  augment(
    clips: readonly AudioClip[],
    changes: readonly NativeAugmentation[],
    call: NativeCall,
  ): NativeJob<AudioClip[]>;
  /** Frees the buffers' memory at once and leaves them detached; those that cannot be are left as they are. */
  release(buffers: readonly ArrayBuffer[]): void;
}
