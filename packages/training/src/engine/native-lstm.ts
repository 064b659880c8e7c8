import { type NativeLstmOperator, nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

interface Held {
  readonly operator: NativeLstmOperator;
  readonly rows: number;
  readonly steps: number;
}

/**
 * An LSTM layer of a TensorFlow.js model computed by the addon's kernel, gradients included, as one operation of the
 * tape. Its weights stay in JavaScript's memory as long as no other operation reads them, so nothing is copied to
 * libtensorflow and back.
 */
export class NativeLstm {
  readonly #tf: TensorFlow;
  readonly #weights: tf.Tensor[];
  readonly #units: number;
  readonly #sequences: boolean;
  readonly #inputGradient: boolean;
  readonly #threads: number;
  #held: Held | undefined;

  /**
   * @param layer  one that `nativeLstmProblem` has nothing against
   * @param inputGradient  whether something before the layer learns
   */
  constructor(library: TensorFlow, layer: tf.layers.Layer, inputGradient: boolean, threads: number) {
    const { units, returnSequences } = layer.getConfig();
    this.#tf = library;
    this.#weights = layer.weights.map((weight) => weight.read());
    this.#units = units as number;
    this.#sequences = returnSequences === true;
    this.#inputGradient = inputGradient;
    this.#threads = threads;
  }

  /** @param x  rows × steps × width; the result is rows × steps × units or rows × units */
  apply(x: tf.Tensor): tf.Tensor {
    const library = this.#tf;
    const [rows, steps, width] = x.shape as [number, number, number];
    const operator = this.#operatorFor(rows, steps, width);
    const shape = this.#sequences ? [rows, steps, this.#units] : [rows, this.#units];
    const inputs = x.dataSync() as Float32Array;
    const compute = (...tensors: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const weights = (tensors.slice(0, -1) as tf.Tensor[]).slice(this.#inputGradient ? 1 : 0);
      operator.setWeights(weights.map((weight) => weight.dataSync() as Float32Array));
      return {
        value: library.tensor(operator.forward(inputs), shape),
        gradFunc: (gradient: tf.Tensor) => {
          const found = operator.backward(gradient.dataSync() as Float32Array);
          const own = found.weights.map((values, i) => library.tensor(values, weights[i]!.shape));
          return found.inputs ? [library.tensor(found.inputs, x.shape), ...own] : own;
        },
      };
    };
    const tensors = this.#inputGradient ? [x, ...this.#weights] : this.#weights;
    return library.customGrad(compute as Parameters<TensorFlow['customGrad']>[0])(...tensors);
  }

  dispose(): void {
    this.#held?.operator.dispose();
    this.#held = undefined;
  }

  #operatorFor(rows: number, steps: number, width: number): NativeLstmOperator {
    if (this.#held && this.#held.rows >= rows && this.#held.steps === steps) return this.#held.operator;
    this.dispose();
    const operator = new (nativeAddon().LstmOperator)({
      steps,
      width,
      units: this.#units,
      returnSequences: this.#sequences,
      inputGradient: this.#inputGradient,
      batchSize: rows,
      threads: this.#threads,
    });
    this.#held = { operator, rows, steps };
    return operator;
  }
}
