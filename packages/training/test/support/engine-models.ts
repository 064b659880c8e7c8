import type * as tf from '@tensorflow/tfjs';
import type { EngineOptions, TrainingRows } from '../../src/engine/engine.js';

type TensorFlow = typeof tf;

export interface Shape {
  readonly steps: number;
  readonly width: number;
  readonly first: number;
  readonly second: number;
  readonly dense: number;
  readonly classes: number;
  readonly dropout: number;
}

/** Sizes that are multiples of nothing. */
export const SMALL: Shape = { steps: 7, width: 3, first: 20, second: 9, dense: 13, classes: 5, dropout: 0.2 };

/** The paper's final topology: LSTM over time, LSTM to its last step, dense, softmax; dropout between. */
export function buildModel(library: TensorFlow, shape: Shape = SMALL, seed = 3): tf.Sequential {
  const { layers, initializers } = library;
  let next = seed;
  const glorot = () => initializers.glorotUniform({ seed: next++ });
  const lstm = (units: number, returnSequences: boolean, inputShape?: [number, number]) =>
    layers.lstm({
      units,
      returnSequences,
      recurrentActivation: 'sigmoid',
      kernelInitializer: glorot(),
      recurrentInitializer: glorot(),
      ...(inputShape ? { inputShape } : {}),
    });
  const rate = shape.dropout;
  return library.sequential({
    layers: [
      lstm(shape.first, true, [shape.steps, shape.width]),
      layers.dropout({ rate }),
      lstm(shape.second, false),
      layers.dropout({ rate }),
      layers.dense({ units: shape.dense, activation: 'relu', kernelInitializer: glorot() }),
      layers.dropout({ rate }),
      layers.dense({ units: shape.classes, activation: 'softmax', kernelInitializer: glorot() }),
    ],
  });
}

/** Rows whose class can be learnt: noise with a class-dependent mean. Same numbers for the same count. */
export function makeRows(count: number, shape: Shape = SMALL): TrainingRows {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const classes = Int32Array.from({ length: count }, () => Math.floor(uniform() * shape.classes));
  const size = shape.steps * shape.width;
  const inputs = new Float32Array(count * size);
  for (let i = 0; i < inputs.length; i++) {
    const column = i % size;
    inputs[i] = uniform() * 2 - 1 + Math.sin(classes[Math.floor(i / size)]! + column * 0.7);
  }
  return { inputs, rowShape: [shape.steps, shape.width], classes, classCount: shape.classes };
}

export const OPTIONS: EngineOptions = {
  batchSize: 16,
  seed: 42,
  optimizer: { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
};

export function inOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}

/** Every weight of the model, one after the other, as bytes. */
export function weightBytes(model: tf.LayersModel): Buffer {
  return Buffer.concat(
    model.getWeights().map((weight) => {
      const data = weight.dataSync() as Float32Array;
      return Buffer.from(data.slice().buffer);
    }),
  );
}
