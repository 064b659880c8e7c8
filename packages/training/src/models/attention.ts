import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { attentionPooling } from './attention-pooling.js';
import { batchNormalization } from './batch-normalization.js';
import { LayerNames } from './layer-names.js';
import type { ModelShape } from './model-shape.js';
import type { AttentionSpec } from './model-spec.js';
import { selfAttention } from './self-attention.js';

type Tensor = tf.SymbolicTensor;

/**
 * A convolution along time, then blocks of self-attention and a convolution, each added to what entered it and normalised.
 * After every block stands an exit: attention over time and softmax. The last exit is the answer; the others are there
 * to be taught by it (see the recipe's `selfDistillation`) and are left out of a model file.
 */
export function attentionNetwork(
  library: TensorFlow,
  spec: AttentionSpec,
  { rowShape, classes }: ModelShape,
): tf.LayersModel {
  const { layers } = library;
  const names = new LayerNames();
  const convolution = (width: number) =>
    layers.conv1d({
      ...{ filters: spec.filters, kernelSize: width, padding: 'same', activation: 'relu' },
      name: names.next('conv1d'),
    });
  const dropped = (x: Tensor) =>
    layers.dropout({ rate: spec.dropout, name: names.next('dropout') }).apply(x) as Tensor;
  const added = (entered: Tensor, found: Tensor) => {
    const sum = layers.add({ name: names.next('add') }).apply([entered, dropped(found)]) as Tensor;
    return batchNormalization(library, names.next('batch_normalization')).apply(sum) as Tensor;
  };
  const exit = (x: Tensor) => {
    const pooling = attentionPooling(library, {
      units: spec.attention,
      name: names.next('attention_pooling'),
    });
    const last = layers.dense({ units: classes, activation: 'softmax', name: names.next('dense') });
    return last.apply(dropped(pooling.apply(x) as Tensor)) as Tensor;
  };
  const input = library.input({ shape: [...rowShape], name: names.next('input') });
  let x = dropped(convolution(spec.width).apply(input) as Tensor);
  const exits: Tensor[] = [];
  for (let block = 0; block < spec.blocks; block++) {
    const look = selfAttention(library, { heads: spec.heads, name: names.next('self_attention') });
    x = added(x, look.apply(x) as Tensor);
    x = added(x, convolution(spec.width).apply(x) as Tensor);
    exits.push(exit(x));
  }
  return library.model({ inputs: input, outputs: exits.reverse(), name: 'attention' });
}
