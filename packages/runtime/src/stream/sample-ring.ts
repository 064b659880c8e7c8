/** The last samples of a stream, found by their place in it; older ones are forgotten. */
export class SampleRing {
  readonly #samples: Float32Array;
  #end = 0;

  /** @param capacity  samples kept */
  constructor(capacity: number) {
    this.#samples = new Float32Array(capacity);
  }

  /** Samples ever written. */
  get end(): number {
    return this.#end;
  }

  /** Place of the oldest sample that is still there. */
  get start(): number {
    return Math.max(0, this.#end - this.#samples.length);
  }

  write(samples: Float32Array): void {
    const { length } = this.#samples;
    const kept = samples.subarray(Math.max(0, samples.length - length));
    const at = (this.#end + samples.length - kept.length) % length;
    const head = kept.subarray(0, length - at);
    this.#samples.set(head, at);
    this.#samples.set(kept.subarray(head.length), 0);
    this.#end += samples.length;
  }

  /** A copy of the samples from `from` up to `to`, as far as they are there. */
  read(from: number, to: number): Float32Array {
    const first = Math.max(from, this.start);
    const count = Math.max(0, Math.min(to, this.#end) - first);
    const { length } = this.#samples;
    const at = first % length;
    const out = new Float32Array(count);
    const head = this.#samples.subarray(at, Math.min(length, at + count));
    out.set(head);
    out.set(this.#samples.subarray(0, count - head.length), head.length);
    return out;
  }
}
