import type { Progress } from '@prosodia/contracts';

/** Milliseconds between two reports. */
const INTERVAL_MS = 200;

/** Counts finished items and tells the caller a few times a second, and at the end. */
export class ProgressReporter {
  readonly #total: number;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #done = 0;
  #reported = 0;

  constructor(total: number, onProgress: ((progress: Progress) => void) | undefined) {
    this.#total = total;
    this.#onProgress = onProgress;
  }

  add(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (this.#done < this.#total && now - this.#reported < INTERVAL_MS) return;
    this.#reported = now;
    this.#onProgress?.({ done: this.#done, total: this.#total });
  }
}
