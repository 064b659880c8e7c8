import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { Random } from '../random.js';
import { attentionNetwork } from './attention.js';
import { attentionPooling } from './attention-pooling.js';
import { initialWeights } from './initial-weights.js';
import { LayerNames } from './layer-names.js';
import type { ModelShape } from './model-shape.js';
import type { BilstmAttentionSpec, FeedforwardSpec, LstmSpec, ModelSpec } from './model-spec.js';
import { temporalConvolution } from './temporal-convolution.js';

/**
 * Builds a network with Keras' semantics: tanh, recurrent activation sigmoid, unit forget bias, Glorot kernels,
 * orthogonal recurrent kernels. The same seed gives the same weights on every backend.
 *
 * @param library  TensorFlow.js as `loadTensorflow` gives it
 */
export function buildModel(
  library: TensorFlow,
  spec: ModelSpec,
  { rowShape, classes }: ModelShape,
  seed: number,
): tf.LayersModel {
  const model = uninitialised(library, spec, { rowShape, classes });
  initialise(library, model, seed);
  return model;
}

// Weights are set afterwards, from a generator of this package: no backend's random numbers are involved.
const ZEROS = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;

function uninitialised(library: TensorFlow, spec: ModelSpec, shape: ModelShape): tf.LayersModel {
  if (spec.kind === 'temporal-convolution') return temporalConvolution(library, spec, shape);
  if (spec.kind === 'attention') return attentionNetwork(library, spec, shape);
  return library.sequential({ name: 'sequential', layers: layersFor(library, spec, shape) });
}

/** A model of this kind is a chain. */
type ChainSpec = LstmSpec | FeedforwardSpec | BilstmAttentionSpec;

function layersFor(library: TensorFlow, spec: ChainSpec, { rowShape, classes }: ModelShape) {
  switch (spec.kind) {
    case 'lstm':
      return lstmLayers(library, spec, rowShape, classes);
    case 'feedforward':
      return feedforwardLayers(library, spec, rowShape, classes);
    case 'bilstm-attention':
      return bilstmAttentionLayers(library, spec, rowShape, classes);
  }
}

interface LstmOptions {
  readonly name: string;
  readonly returnSequences: boolean;
  readonly inputShape?: number[];
}

/** An LSTM as Keras has it. */
function lstmLayer(library: TensorFlow, units: number, options: LstmOptions) {
  return library.layers.lstm({
    ...{ units, activation: 'tanh', recurrentActivation: 'sigmoid', ...ZEROS, recurrentInitializer: 'zeros' },
    ...options,
  });
}

function lstmLayers(
  library: TensorFlow,
  spec: LstmSpec,
  rowShape: readonly number[],
  classes: number,
): tf.layers.Layer[] {
  const names = new LayerNames();
  const layers = spec.lstm.flatMap((units, index) => [
    lstmLayer(library, units, {
      ...(index === 0 ? { inputShape: [...rowShape] } : {}),
      returnSequences: index < spec.lstm.length - 1,
      name: names.next('lstm'),
    }),
    library.layers.dropout({ rate: spec.dropout, name: names.next('dropout') }),
  ]);
  return [...layers, ...denseLayers(library, spec, { names, classes })];
}

function bilstmAttentionLayers(
  library: TensorFlow,
  spec: BilstmAttentionSpec,
  rowShape: readonly number[],
  classes: number,
): tf.layers.Layer[] {
  const names = new LayerNames();
  const layers = spec.lstm.flatMap((units, index) => [
    library.layers.bidirectional({
      layer: lstmLayer(library, units, { returnSequences: true, name: names.next('lstm') }) as tf.RNN,
      mergeMode: 'concat',
      ...(index === 0 ? { inputShape: [...rowShape] } : {}),
      name: names.next('bidirectional'),
    }),
    library.layers.dropout({ rate: spec.dropout, name: names.next('dropout') }),
  ]);
  const pooled = [
    attentionPooling(library, { units: spec.attention, name: names.next('attention_pooling') }),
    library.layers.dropout({ rate: spec.dropout, name: names.next('dropout') }),
  ];
  return [...layers, ...pooled, ...denseLayers(library, spec, { names, classes })];
}

function feedforwardLayers(
  library: TensorFlow,
  spec: FeedforwardSpec,
  rowShape: readonly number[],
  classes: number,
): tf.layers.Layer[] {
  const names = new LayerNames();
  const layers: tf.layers.Layer[] = spec.convolutions.flatMap(({ filters, width, pool }, index) => [
    library.layers.conv1d({
      ...{ filters, kernelSize: width, padding: 'same', activation: 'relu', ...ZEROS },
      ...(index === 0 ? { inputShape: [...rowShape] } : {}),
      name: names.next('conv1d'),
    }),
    ...(pool > 1 ? [library.layers.maxPooling1d({ poolSize: pool, name: names.next('max_pooling1d') })] : []),
    library.layers.dropout({ rate: spec.dropout, name: names.next('dropout') }),
  ]);
  if (layers.length > 0)
    layers.push(library.layers.globalAveragePooling1d({ name: names.next('global_average_pooling1d') }));
  const inputShape = layers.length === 0 ? [...rowShape] : undefined;
  return [...layers, ...denseLayers(library, spec, { names, classes, inputShape })];
}

interface DenseEnd {
  readonly names: LayerNames;
  readonly classes: number;
  /** Of the first layer of a model. */
  readonly inputShape?: number[] | undefined;
}

function denseLayers(
  library: TensorFlow,
  { dense, dropout }: Pick<ChainSpec, 'dense' | 'dropout'>,
  { names, classes, inputShape }: DenseEnd,
): tf.layers.Layer[] {
  const shapeAt = (index: number) => (index === 0 && inputShape ? { inputShape } : {});
  const hidden = dense.flatMap((units, index) => [
    library.layers.dense({
      ...{ units, activation: 'relu', ...ZEROS, ...shapeAt(index) },
      name: names.next('dense'),
    }),
    library.layers.dropout({ rate: dropout, name: names.next('dropout') }),
  ]);
  const last = library.layers.dense({
    ...{ units: classes, activation: 'softmax', ...ZEROS, ...shapeAt(dense.length) },
    name: names.next('dense'),
  });
  return [...hidden, last];
}

function initialise(library: TensorFlow, model: tf.LayersModel, seed: number): void {
  for (const layer of model.layers) {
    const shapes = layer.weights.map((weight) => weight.shape as number[]);
    if (shapes.length === 0) continue;
    const random = new Random(seed, 'weights', layer.name);
    const values = initialWeights(layer.getClassName(), shapes, random);
    const tensors = values.map((value, index) => library.tensor(value, shapes[index]));
    layer.setWeights(tensors);
    library.dispose(tensors);
  }
}
