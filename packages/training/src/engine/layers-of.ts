import type * as tf from '@tensorflow/tfjs';

/** The layers that compute, in order: nested Sequentials opened, input layers left out. */
export function layersOf(model: tf.Sequential): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    if (layer.getClassName() === 'InputLayer') return [];
    return layer.getClassName() === 'Sequential' ? layersOf(layer as tf.Sequential) : [layer];
  });
}
