import { type AdamStep, type NativeLstmOperator, nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import type { WeightGroup } from './adam.js';
import type { TensorFlow } from './backend.js';

interface Held {
  readonly operator: NativeLstmOperator;
  readonly rows: number;
  readonly steps: number;
}

/**
 * An LSTM layer of a TensorFlow.js model computed by the addon's kernel, as one operation of the tape.
 *
 * While an epoch runs the addon holds the layer's weights, gradients and moments: they would be most of what crosses
 * between the addon, JavaScript and libtensorflow. `load` takes the weights from the layer's variables and `store` puts
 * them back.
 */
export class NativeLstm implements WeightGroup {
  readonly variables: readonly tf.Variable[];
  /** Stands for the weights on the tape, so that it leads through this layer; its gradient is 0. */
  readonly token: tf.Variable;
  readonly #tf: TensorFlow;
  readonly #units: number;
  readonly #sequences: boolean;
  readonly #inputGradient: boolean;
  readonly #threads: number;
  #held: Held | undefined;
  #slots: readonly Float32Array[];

  /**
   * @param layer  one that `nativeLstmProblem` has nothing against
   * @param inputGradient  whether something before the layer learns
   */
  constructor(library: TensorFlow, layer: tf.layers.Layer, inputGradient: boolean, threads: number) {
    const { units, returnSequences } = layer.getConfig();
    this.#tf = library;
    this.variables = layer.weights.map((weight) => weight.read() as tf.Variable);
    this.token = library.variable(library.scalar(0));
    this.#units = units as number;
    this.#sequences = returnSequences === true;
    this.#inputGradient = inputGradient;
    this.#threads = threads;
    this.#slots = [...this.variables, ...this.variables].map((variable) => new Float32Array(variable.size));
  }

  /** @param x  rows × steps × width; the result is rows × steps × units or rows × units */
  apply(x: tf.Tensor): tf.Tensor {
    const library = this.#tf;
    const [rows, steps, width] = x.shape as [number, number, number];
    const operator = this.#operatorFor(rows, steps, width);
    const shape = this.#sequences ? [rows, steps, this.#units] : [rows, this.#units];
    const inputs = x.dataSync() as Float32Array;
    const compute = () => ({
      value: library.tensor(operator.forward(inputs), shape),
      gradFunc: (gradient: tf.Tensor) => {
        const found = operator.backward(gradient.dataSync() as Float32Array);
        const own = library.scalar(0);
        return found ? [library.tensor(found, x.shape), own] : own;
      },
    });
    const tensors = this.#inputGradient ? [x, this.token] : [this.token];
    return library.customGrad(compute as Parameters<TensorFlow['customGrad']>[0])(...tensors);
  }

  /** Takes the weights from the variables. */
  load(): void {
    this.#held?.operator.setWeights(this.#ofVariables());
  }

  /** Puts the weights back into the variables. */
  store(): void {
    const weights = this.#held?.operator.weights();
    this.#tf.tidy(() => {
      weights?.forEach((values, index) => {
        const variable = this.variables[index]!;
        variable.assign(this.#tf.tensor(values, variable.shape));
      });
    });
  }

  /** Of the batch last led through the layer, both ways. */
  gradients(): Float32Array[] {
    return this.#held!.operator.gradients();
  }

  update(step: AdamStep): void {
    this.#held?.operator.update(step);
  }

  slots(): Float32Array[] {
    return this.#held?.operator.slots() ?? this.#slots.map((slot) => slot.slice());
  }

  setSlots(slots: readonly Float32Array[]): void {
    this.#slots = slots.map((slot) => slot.slice());
    this.#held?.operator.setSlots(slots);
  }

  dispose(): void {
    this.#held?.operator.dispose();
    this.#held = undefined;
    this.token.dispose();
  }

  #ofVariables(): Float32Array[] {
    return this.variables.map((variable) => variable.dataSync() as Float32Array);
  }

  #operatorFor(rows: number, steps: number, width: number): NativeLstmOperator {
    const before = this.#held;
    if (before && before.rows >= rows && before.steps === steps) return before.operator;
    const operator = new (nativeAddon().LstmOperator)({
      steps,
      width,
      units: this.#units,
      returnSequences: this.#sequences,
      inputGradient: this.#inputGradient,
      batchSize: rows,
      threads: this.#threads,
    });
    operator.setWeights(before?.operator.weights() ?? this.#ofVariables());
    operator.setSlots(this.slots());
    before?.operator.dispose();
    this.#held = { operator, rows, steps };
    return operator;
  }
}
