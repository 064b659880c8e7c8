import { ProsodiaError } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import type { EngineState, OptimizerOptions } from './engine.js';

/**
 * Adam with its whole state in plain arrays, so that saving and restoring is exact.
 *
 * The formula is Keras': m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − α·m/(√v + ε) with
 * α = lr·√(1−β₂ᵗ)/(1−β₁ᵗ): the bias correction is folded into the rate and ε stays outside the root.
 */
export class Adam {
  #step = 0;
  readonly #options: OptimizerOptions;
  readonly #first: Float32Array[];
  readonly #second: Float32Array[];

  /** @param sizes  number of elements of each trainable weight, in order */
  constructor(options: OptimizerOptions, sizes: readonly number[]) {
    this.#options = options;
    this.#first = sizes.map((size) => new Float32Array(size));
    this.#second = sizes.map((size) => new Float32Array(size));
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  /** Begins step t and returns its rate α. */
  beginStep(): number {
    const { learningRate, beta1, beta2 } = this.#options;
    this.#step++;
    return (learningRate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
  }

  /** Moves one weight, in place, along its gradient. */
  update(index: number, weights: Float32Array, gradient: Float32Array, rate: number): void {
    const { beta1, beta2, epsilon } = this.#options;
    const [first, second] = [this.#first[index]!, this.#second[index]!];
    nativeAddon().adamStep({ rate, beta1, beta2, epsilon }, weights, gradient, first, second);
  }

  save(): EngineState {
    return { step: this.#step, slots: [...this.#first, ...this.#second].map((slot) => slot.slice()) };
  }

  restore(state: EngineState): void {
    const mine = [...this.#first, ...this.#second];
    checkState(
      state,
      mine.map((slot) => slot.length),
    );
    this.#step = state.step;
    state.slots.forEach((slot, index) => {
      mine[index]!.set(slot);
    });
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
