import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { batchNormalization } from './batch-normalization.js';
import { causalConvolution } from './causal-convolution.js';
import { LayerNames } from './layer-names.js';
import type { ModelShape } from './model-shape.js';
import type { TemporalConvolutionSpec } from './model-spec.js';
import { weightedSum } from './weighted-sum.js';

type Tensor = tf.SymbolicTensor;

/** What blocks are built with. */
interface Building {
  readonly library: TensorFlow;
  readonly spec: TemporalConvolutionSpec;
  readonly names: LayerNames;
}

/**
 * A network of TIM-Net's kind, written from the description in Ye et al. 2023 (Temporal Modeling Matters): from the start and
 * from the end of the sequence, blocks of dilated causal convolutions whose result, squashed to (0, 1), multiplies what entered
 * them; what both directions found at each scale is averaged over time, and the scales are added with learned weights.
 */
export function temporalConvolution(
  library: TensorFlow,
  spec: TemporalConvolutionSpec,
  { rowShape, classes }: ModelShape,
): tf.LayersModel {
  const building = { library, spec, names: new LayerNames() };
  const { names } = building;
  const { layers } = library;
  const input = library.input({ shape: [...rowShape], name: names.next('input') });
  const [onwards, backwards] = [direction(building, input, false), direction(building, input, true)];
  const scales = onwards.map((found, scale) => {
    const both = layers.add({ name: names.next('add') }).apply([found, backwards[scale]!]);
    const pooling = layers.globalAveragePooling1d({ name: names.next('global_average_pooling1d') });
    return pooling.apply(both as Tensor) as Tensor;
  });
  const fused = weightedSum(library, { name: names.next('weighted_sum') }).apply(scales) as Tensor;
  const last = layers.dense({ units: classes, activation: 'softmax', name: names.next('dense') });
  return library.model({ inputs: input, outputs: last.apply(fused) as Tensor, name: 'temporal_convolution' });
}

/** The results of all blocks along one direction. */
function direction(building: Building, input: Tensor, backwards: boolean): Tensor[] {
  const { library, spec, names } = building;
  const { filters, blocks } = spec;
  const first = causalConvolution(library, {
    ...{ filters, width: 1, dilation: 1, backwards, name: names.next('causal_convolution') },
  });
  const results = [first.apply(input) as Tensor];
  for (let block = 0; block < blocks; block++)
    results.push(gatedBlock(building, results.at(-1)!, 2 ** block, backwards));
  return results.slice(1);
}

/** Twice convolution, normalisation, ReLU and dropout of whole channels; then the gate. */
function gatedBlock(
  { library, spec, names }: Building,
  entered: Tensor,
  dilation: number,
  backwards: boolean,
): Tensor {
  const { filters, width, dropout } = spec;
  const { layers } = library;
  const half = (x: Tensor) =>
    [
      causalConvolution(library, {
        ...{ filters, width, dilation, backwards, name: names.next('causal_convolution') },
      }),
      batchNormalization(library, names.next('batch_normalization')),
      layers.activation({ activation: 'relu', name: names.next('activation') }),
      layers.spatialDropout1d({ rate: dropout, name: names.next('spatial_dropout1d') }),
    ].reduce((value, layer) => layer.apply(value) as Tensor, x);
  const gate = layers.activation({ activation: 'sigmoid', name: names.next('activation') });
  const gated = layers.multiply({ name: names.next('multiply') });
  return gated.apply([entered, gate.apply(half(half(entered))) as Tensor]) as Tensor;
}
