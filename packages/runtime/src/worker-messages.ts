import type { GraphInput } from './row-layout.js';

/** What a network worker is started with. */
export interface WorkerSetup {
  /** The checked bytes of the model file, in memory shared by all threads. */
  readonly model: Uint8Array;
  /** The graph's inputs; a row holds their values one after the other. */
  readonly inputs: readonly GraphInput[];
  /** What is answered for one row; see `Answers`. */
  readonly outputs: Readonly<Record<Answers, readonly GraphOutput[]>>;
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

/** To a worker: rows to compute (transferred), or null to finish. */
export type WorkerRequest = { readonly rows: Float32Array<ArrayBuffer>; readonly answers: Answers } | null;

/** From a worker, once after it started and once for each request, in order. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  /** Rows × what was asked for, transferred. */
  | { readonly kind: 'answer'; readonly values: Float32Array<ArrayBuffer> }
  /** The session could not be made (first reply) or could not compute the rows. */
  | { readonly kind: 'failure'; readonly message: string };
