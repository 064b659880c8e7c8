import type { AudioClip } from '@prosodia/contracts';
import type { NativeCall, NativeJob } from './job.js';

/** Frames as librosa makes them: centred, with zeros beyond the clip's ends. */
export interface NativeProsodyConfig {
  readonly sampleRateHz: number;
  readonly nFft: number;
  readonly hopLength: number;
}

/** One value per frame; `contrastDb` has seven. */
export interface NativeProsody {
  readonly frames: number;
  readonly f0Hz: Float32Array;
  readonly voicing: Float32Array;
  readonly rms: Float32Array;
  readonly zeroCrossingRate: Float32Array;
  readonly centroidHz: Float32Array;
  readonly bandwidthHz: Float32Array;
  readonly rolloffHz: Float32Array;
  readonly flatness: Float32Array;
  readonly flux: Float32Array;
  readonly contrastDb: Float32Array;
  readonly loudness: Float32Array;
  readonly energy250To650Db: Float32Array;
  readonly energy1000To4000Db: Float32Array;
  readonly slope0To500: Float32Array;
  readonly slope500To1500: Float32Array;
}

/** Pitch, energy and spectral shape over time. Samples are copied before a call returns. */
export interface ProsodyOperations {
  extractProsody(
    clips: readonly AudioClip[],
    config: NativeProsodyConfig,
    call: NativeCall,
  ): NativeJob<NativeProsody[]>;
  /** First sample of each clip's speech and the one after its last. */
  speechRanges(
    clips: readonly AudioClip[],
    belowPeakDb: number,
    marginSec: number,
    call: NativeCall,
  ): NativeJob<{ first: number; end: number }[]>;
}
