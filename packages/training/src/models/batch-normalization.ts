import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

/** Statistics of a batch move into the kept ones within some dozen batches: an epoch here has no more. */
const MOMENTUM = 0.9;

/** Batch normalisation for epochs as short as those of small corpora. */
export function batchNormalization(library: TensorFlow, name: string): tf.layers.Layer {
  return library.layers.batchNormalization({ momentum: MOMENTUM, name });
}
