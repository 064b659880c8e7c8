import type { Recognition } from '@prosodia/contracts';

/** Averages answers exponentially, so that one odd window does not turn the label. */
export class AnswerSmoother {
  readonly #weight: number;
  #mean: Map<string, number> | undefined;

  /** @param weight  of the answers before, 0 to below 1 */
  constructor(weight: number) {
    this.#weight = weight;
  }

  reset(): void {
    this.#mean = undefined;
  }

  smooth<T extends Recognition>(answer: T): T {
    const before = this.#mean;
    const entries = Object.entries(answer.probabilities).map(([label, p]): [string, number] => {
      const old = before?.get(label) ?? p;
      return [label, this.#weight * old + (1 - this.#weight) * p];
    });
    this.#mean = new Map(entries);
    const [label, confidence] = entries.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    // An answer that names no emotion (unsure, no speech) keeps its word.
    const named = answer.label in answer.probabilities ? label : answer.label;
    return { ...answer, label: named, confidence, probabilities: Object.fromEntries(entries) };
  }
}
