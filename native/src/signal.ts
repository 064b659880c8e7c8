import type { AudioClip, FeatureConfig, FeatureMatrix } from '@prosodia/contracts';
import type { NativeAugmentation } from './augment.js';
import type { NativeCall, NativeFailure, NativeJob } from './job.js';

/** A configuration with nothing left to be derived. */
export type NativeFeatureConfig = FeatureConfig & { readonly winLength: number; readonly fMaxHz: number };

/** A decoded WAV file, its channels averaged. */
export interface NativeWav extends AudioClip {
  readonly channels: number;
  readonly encoding: 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64';
  /** Present when the file ends before its data chunk's stated length. */
  readonly truncated?: { readonly expectedFrames: number; readonly foundFrames: number };
}

/**
 * What is made of each source's frames: all of them; one row of their means; their sequence, trimmed, pooled and centred
 * (frames × (coefficients + 1), the last column marks real frames); or clip-level statistics, one row whatever the
 * configuration.
 */
export type NativeSummary =
  | { readonly summary: 'frames' | 'mean' }
  /** All groups unless given. */
  | { readonly summary: 'functionals'; readonly groups?: readonly string[] | undefined }
  | {
      readonly summary: 'sequence';
      readonly trimDb: number;
      readonly poolFrames: number;
      readonly frames: number;
    };

/** What is wanted of each source. */
export type NativeFeatureRequest = NativeSummary & {
  /** A clip outside [minSec, maxSec] gets a matrix without frames. */
  readonly minSec: number;
  readonly maxSec: number;
};

/** A matrix and the audio it was made of. */
export interface NativeFeatures extends FeatureMatrix {
  /** Samples at the source's own rate. */
  readonly samples: number;
  readonly sampleRateHz: number;
}

/** Everything a network takes of a source. */
export interface NativeRowsRequest {
  readonly inputs: readonly (NativeSummary & { readonly config: NativeFeatureConfig })[];
  /** Changes made one after the other to the clip, for each of its variants; none: the clip as it is. */
  readonly variants: readonly (readonly NativeAugmentation[])[];
  /** Clips are brought to this rate before they are changed; 0: changed at their own. */
  readonly sampleRateHz: number;
  /** A clip outside [minSec, maxSec] gets empty rows. */
  readonly minSec: number;
  readonly maxSec: number;
}

export interface NativeRows {
  /** The matrices' values: variants × inputs. */
  readonly rows: Float32Array[];
  /** Samples at the source's own rate. */
  readonly samples: number;
  readonly sampleRateHz: number;
}

/** Decoding, resampling and features. Samples are copied before a call returns. */
export interface SignalOperations {
  decodeWav(bytes: Uint8Array): NativeJob<NativeWav>;
  /**
   * Features of each WAV file (by its path, read by the job's threads), WAV file's bytes, or clip, resampled to
   * `config.sampleRateHz` first. Each has its own failure; null: not a WAV file that can be read, so try otherwise.
   */
  extractFeatures(
    sources: readonly (string | Uint8Array | AudioClip)[],
    config: NativeFeatureConfig,
    request: NativeFeatureRequest,
    call: NativeCall,
  ): NativeJob<(NativeFeatures | NativeFailure | null)[]>;
  /** As `extractFeatures`, on the calling thread: for worker threads, whose hop to the addon's threads it saves. */
  extractFeaturesSync(
    sources: readonly (string | Uint8Array | AudioClip)[],
    config: NativeFeatureConfig,
    request: NativeFeatureRequest,
  ): (NativeFeatures | NativeFailure | null)[];
  /** Rows of all inputs and variants of each source, made by several threads even for one; failures as above. */
  networkRows(
    sources: readonly (string | Uint8Array | AudioClip)[],
    request: NativeRowsRequest,
    call: NativeCall,
  ): NativeJob<(NativeRows | NativeFailure | null)[]>;
  /** What the values of `functionals` are. */
  functionalTable(): { name: string; group: string }[];
  resample(clips: readonly AudioClip[], sampleRateHz: number, call: NativeCall): NativeJob<AudioClip[]>;
}
