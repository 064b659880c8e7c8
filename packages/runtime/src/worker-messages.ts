import type { GraphInput } from './graph-inputs.js';

/** What a network worker is started with. */
export interface WorkerSetup {
  /** The checked bytes of the model file, shared by all workers. */
  readonly model: SharedArrayBuffer;
  /** The graph's inputs; a row holds their values one after the other. */
  readonly inputs: readonly GraphInput[];
  /** Labels of the model. */
  readonly classes: number;
}

/** To a worker: rows to compute (transferred), or null to finish. */
export type WorkerRequest = Float32Array<ArrayBuffer> | null;

/** From a worker, once after it started and once for each request, in order. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  /** Rows × classes, transferred. */
  | { readonly kind: 'answer'; readonly probabilities: Float32Array<ArrayBuffer> }
  /** The session could not be made (first reply) or could not compute the rows. */
  | { readonly kind: 'failure'; readonly message: string };
