import { ProsodiaError } from '@prosodia/contracts';
import { type AdamStep, nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import type { EngineState, OptimizerOptions } from './engine.js';

/** Adam's counter, and the numbers of each step. */
export class AdamClock {
  /** Steps taken. */
  step = 0;
  readonly #options: OptimizerOptions;

  constructor(options: OptimizerOptions) {
    this.#options = options;
  }

  /**
   * Begins the next step.
   *
   * The formula is Keras': m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← (1 − lr·decay)·w − α·m/(√v + ε) with
   * α = lr·√(1−β₂ᵗ)/(1−β₁ᵗ): the bias correction is folded into the rate, ε stays outside the root, and AdamW's decay
   * is apart from the gradient.
   */
  begin(): AdamStep {
    const { learningRate, beta1, beta2, epsilon, weightDecay = 0 } = this.#options;
    this.step++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.step)) / (1 - beta1 ** this.step);
    return { rate, beta1, beta2, epsilon, keep: 1 - learningRate * weightDecay };
  }
}

/** Variables that are updated together, with all Adam remembers of them in plain arrays: restoring is exact. */
export interface WeightGroup {
  readonly variables: readonly tf.Variable[];
  /** All first moments, then all second moments. */
  slots(): Float32Array[];
  setSlots(slots: readonly Float32Array[]): void;
}

/** Variables whose gradients TensorFlow.js computes. */
export class LooseWeights implements WeightGroup {
  readonly variables: readonly tf.Variable[];
  readonly #tf: TensorFlow;
  readonly #slots: Float32Array[];

  constructor(library: TensorFlow, variables: readonly tf.Variable[]) {
    this.#tf = library;
    this.variables = variables;
    this.#slots = [...variables, ...variables].map((variable) => new Float32Array(variable.size));
  }

  /** Moves each variable along its gradient. */
  update(step: AdamStep, gradients: readonly Float32Array[]): void {
    this.#tf.tidy(() => {
      this.variables.forEach((variable, index) => {
        // A copy: on some backends dataSync shows the tensor's own memory, which earlier clones share.
        const weights = variable.dataSync().slice() as Float32Array;
        const [first, second] = [this.#slots[index]!, this.#slots[index + this.variables.length]!];
        nativeAddon().adamStep(step, weights, gradients[index]!, first, second);
        variable.assign(this.#tf.tensor(weights, variable.shape));
      });
    });
  }

  slots(): Float32Array[] {
    return this.#slots.map((slot) => slot.slice());
  }

  setSlots(slots: readonly Float32Array[]): void {
    slots.forEach((slot, index) => {
      this.#slots[index]!.set(slot);
    });
  }
}

/** What the groups remember, in the order of `variables`: all first moments, then all second moments. */
export function slotsInOrder(
  variables: readonly tf.Variable[],
  groups: readonly WeightGroup[],
): Float32Array[] {
  const found = new Map<tf.Variable, [Float32Array, Float32Array]>();
  for (const group of groups) {
    const slots = group.slots();
    const count = group.variables.length;
    group.variables.forEach((variable, index) => {
      found.set(variable, [slots[index]!, slots[index + count]!]);
    });
  }
  const pairs = variables.map((variable) => found.get(variable)!);
  return [...pairs.map(([first]) => first), ...pairs.map(([, second]) => second)];
}

/** Hands every group its part of what `slotsInOrder` gave. */
export function setSlotsInOrder(
  variables: readonly tf.Variable[],
  groups: readonly WeightGroup[],
  slots: readonly Float32Array[],
): void {
  for (const group of groups) {
    const places = group.variables.map((variable) => variables.indexOf(variable));
    group.setSlots([
      ...places.map((place) => slots[place]!),
      ...places.map((place) => slots[place + variables.length]!),
    ]);
  }
}

/** @throws ProsodiaError INVALID_ARGUMENT when the state belongs to another model */
export function checkState(state: EngineState, sizes: readonly number[]): void {
  if (!Number.isSafeInteger(state.step) || state.step < 0 || state.step > 0xffff_ffff) {
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected a step count from 0 but received ${state.step}`);
  }
  const received = state.slots.map((slot) => slot.length);
  if (received.length !== sizes.length || received.some((size, index) => size !== sizes[index])) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected optimizer slots of ${sizes.join(', ')} elements but received ${received.join(', ')}`,
    );
  }
}
