import type { AudioClip, FeatureConfig, FeatureMatrix } from '@prosodia/contracts';
import type { NativeCall, NativeJob } from './job.js';

/** A configuration with nothing left to be derived. */
export type NativeFeatureConfig = FeatureConfig & { readonly winLength: number; readonly fMaxHz: number };

/** A decoded WAV file, its channels averaged. */
export interface NativeWav extends AudioClip {
  readonly channels: number;
  readonly encoding: 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64';
  /** Present when the file ends before its data chunk's stated length. */
  readonly truncated?: { readonly expectedFrames: number; readonly foundFrames: number };
}

/** Decoding, resampling and features. Samples are copied before a call returns. */
export interface SignalOperations {
  decodeWav(bytes: Uint8Array): NativeJob<NativeWav>;
  /** Resamples each clip to `config.sampleRateHz` first. */
  extractFeatures(
    clips: readonly AudioClip[],
    config: NativeFeatureConfig,
    call: NativeCall,
  ): NativeJob<FeatureMatrix[]>;
  resample(clips: readonly AudioClip[], sampleRateHz: number, call: NativeCall): NativeJob<AudioClip[]>;
}
