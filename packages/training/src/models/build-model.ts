import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { Random } from '../random.js';
import { glorotUniform, orthogonalRows, unitForgetBias } from './initial-weights.js';
import type { ModelSpec } from './model-spec.js';

export interface ModelShape {
  /** Shape of one row, e.g. [13, 1]. */
  readonly rowShape: readonly number[];
  readonly classes: number;
}

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
): tf.Sequential {
  const names = new LayerNames();
  // Weights are set below, from a generator of this package: no backend's random numbers are involved.
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
  const layers: tf.layers.Layer[] = [];
  const addDropout = () =>
    layers.push(library.layers.dropout({ rate: spec.dropout, name: names.next('dropout') }));
  for (const [index, units] of spec.lstm.entries()) {
    layers.push(
      library.layers.lstm({
        units,
        ...(index === 0 ? { inputShape: [...rowShape] } : {}),
        returnSequences: index < spec.lstm.length - 1,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        ...zeros,
        recurrentInitializer: 'zeros',
        name: names.next('lstm'),
      }),
    );
    addDropout();
  }
  for (const units of spec.dense) {
    layers.push(library.layers.dense({ units, activation: 'relu', ...zeros, name: names.next('dense') }));
    addDropout();
  }
  layers.push(
    library.layers.dense({ units: classes, activation: 'softmax', ...zeros, name: names.next('dense') }),
  );
  const model = library.sequential({ name: 'sequential', layers });
  initialise(library, model, seed);
  return model;
}

/** Keras' names: `lstm`, `lstm_1`, `dropout`, … counted from the start in each model. */
class LayerNames {
  private readonly counts = new Map<string, number>();

  next(kind: string): string {
    const count = this.counts.get(kind) ?? 0;
    this.counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }
}

function initialise(library: TensorFlow, model: tf.Sequential, seed: number): void {
  for (const layer of model.layers) {
    const shapes = layer.weights.map((weight) => weight.shape as number[]);
    if (shapes.length === 0) continue;
    const random = new Random(seed, 'weights', layer.name);
    const values =
      layer.getClassName() === 'LSTM' ? lstmWeights(shapes, random) : denseWeights(shapes, random);
    const tensors = values.map((value, index) => library.tensor(value, shapes[index]));
    layer.setWeights(tensors);
    library.dispose(tensors);
  }
}

function lstmWeights(shapes: readonly number[][], random: Random): Float32Array[] {
  const [kernel, recurrent] = shapes as [[number, number], [number, number]];
  return [
    glorotUniform(...kernel, random),
    orthogonalRows(...recurrent, random),
    unitForgetBias(recurrent[0]),
  ];
}

function denseWeights(shapes: readonly number[][], random: Random): Float32Array[] {
  const [kernel, bias] = shapes as [[number, number], [number]];
  return [glorotUniform(...kernel, random), new Float32Array(bias[0])];
}
