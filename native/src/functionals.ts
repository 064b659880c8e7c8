import type { AudioClip } from '@prosodia/contracts';
import type { NativeCall, NativeJob } from './job.js';

/** Clip-level statistics of speech. Samples are copied before a call returns. */
export interface FunctionalOperations {
  /** One vector for each clip; its values are those of `functionalTable()`, in order. */
  extractFunctionals(clips: readonly AudioClip[], call: NativeCall): NativeJob<Float32Array[]>;
  functionalTable(): { name: string; group: string }[];
}
