/** Listeners from which on it pays to wait for one another. */
const MANY = 16;
/** How long a listener counts after its last work, about; the most that chunks of live audio are apart. */
const MEMORY_MS = 250;

/** Tells whether many listeners are heard at a time. */
export class SpeechCrowd {
  #now = new Set<object>();
  #before = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** A listener has work. */
  note(listener: object, nowMs: number): void {
    if (nowMs - this.#sinceMs > MEMORY_MS) {
      this.#before = nowMs - this.#sinceMs > 2 * MEMORY_MS ? 0 : this.#now.size;
      this.#now = new Set();
      this.#sinceMs = nowMs;
    }
    this.#now.add(listener);
  }

  get isLarge(): boolean {
    return Math.max(this.#before, this.#now.size) >= MANY;
  }
}
