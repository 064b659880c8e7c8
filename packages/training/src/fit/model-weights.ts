import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import type { WeightAccess } from './fit.js';

/** The weights of a tf.layers model as plain arrays, in the order of `model.weights`. */
export function modelWeights(library: TensorFlow, model: tf.LayersModel): WeightAccess {
  return {
    read: () => model.weights.map((weight) => Float32Array.from(weight.read().dataSync())),
    write: (weights) => {
      const tensors = weights.map((values, index) =>
        library.tensor(values, model.weights[index]!.shape as number[]),
      );
      model.setWeights(tensors);
      library.dispose(tensors);
    },
  };
}
