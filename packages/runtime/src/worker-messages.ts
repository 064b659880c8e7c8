import type { AudioClip, ErrorCode } from '@prosodia/contracts';
import type { RowPlan } from '@prosodia/features/rows';
import type { GraphInput } from './row-layout.js';

/** What a network worker is opened with. */
export interface WorkerSetup {
  /** The checked bytes of the model file, in memory shared by all threads. */
  readonly model: Uint8Array;
  /** The graph's inputs; a row holds their values one after the other. */
  readonly inputs: readonly GraphInput[];
  /** What is answered for one row; see `Answers`. */
  readonly outputs: Readonly<Record<Answers, readonly GraphOutput[]>>;
  /** How the worker itself makes a row of a clip, for models of one input and no variants. */
  readonly plan: RowPlan | undefined;
}

/** An output of the graph, without the batch. */
export interface GraphOutput {
  readonly name: string;
  readonly size: number;
}

/**
 * Probabilities as they are; the embeddings that personal heads take, `embedding`, then `speakerEmbedding`; or the outputs
 * a speaker is known by.
 */
export type Answers = 'probabilities' | 'embeddings' | 'summaries';

/** A path, a file's bytes or samples: what a worker may be able to answer from itself. */
export type WorkerSource = string | Uint8Array | AudioClip;

/** To a worker: rows to compute (transferred), clips to answer, or null to finish. */
export type WorkerRequest =
  | { readonly rows: Float32Array<ArrayBuffer>; readonly answers: Answers }
  | { readonly sources: readonly WorkerSource[] }
  | null;

/** From a worker, once after it was opened and once for each request, in order. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  /** Rows × what was asked for, transferred. */
  | { readonly kind: 'answer'; readonly values: Float32Array<ArrayBuffer> }
  /**
   * Each clip's length at its own rate, undefined where it is not one for a worker (another format, an error in it, a
   * length beyond the limits); and the probabilities of the others, one after the other.
   */
  | {
      readonly kind: 'clips';
      readonly durationsSec: readonly (number | undefined)[];
      readonly probabilities: Float32Array<ArrayBuffer>;
    }
  /** The session could not be made (first reply) or could not compute the rows; the code of an error of ours. */
  | { readonly kind: 'failure'; readonly message: string; readonly code?: ErrorCode };
