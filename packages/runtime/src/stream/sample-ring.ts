import type { Span } from './speech-tracker.js';

/** Memory comes and goes in pieces of this length, so that a stream holds about what it needs. */
const BLOCK_SAMPLES = 8_192;

/** Half a step of 16 bits: below lies nothing that was recorded. */
const NOTHING = 1 / 65_536;

/** The last samples of a stream, found by their place in it; older ones are forgotten. */
export class SampleRing {
  readonly #capacity: number;
  readonly #blockSamples: number;
  /** One after the other; the first begins at `#first` blocks from the stream's beginning. */
  readonly #blocks: Float32Array[] = [];
  #first = 0;
  #start = 0;
  #end = 0;

  /** @param capacity  samples kept at most */
  constructor(capacity: number, blockSamples = BLOCK_SAMPLES) {
    this.#capacity = capacity;
    this.#blockSamples = blockSamples;
  }

  /** Samples ever written. */
  get end(): number {
    return this.#end;
  }

  /** Place of the oldest sample that is still there. */
  get start(): number {
    return this.#start;
  }

  write(samples: Float32Array): void {
    const size = this.#blockSamples;
    for (let done = 0; done < samples.length; ) {
      const at = this.#end % size;
      if (at === 0) this.#blocks.push(this.#newBlock());
      const part = samples.subarray(done, done + size - at);
      this.#blocks.at(-1)!.set(part, at);
      done += part.length;
      this.#end += part.length;
      this.forget(this.#end - this.#capacity);
    }
  }

  /** Lets go of what lies before `place`. */
  forget(place: number): void {
    this.#start = Math.min(this.#end, Math.max(this.#start, place));
  }

  /** A copy of the samples from `from` up to `to`, as far as they are there. */
  read(from: number, to: number): Float32Array {
    const size = this.#blockSamples;
    const first = Math.max(from, this.#start);
    const out = new Float32Array(Math.max(0, Math.min(to, this.#end) - first));
    for (let done = 0; done < out.length; ) {
      const place = first + done;
      const at = place % size;
      const block = this.#blocks[Math.floor(place / size) - this.#first]!;
      const part = block.subarray(at, at + out.length - done);
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  /** What is left of `from` … `to` without digital silence at its ends; all of it when there is nothing else. */
  recorded(from: number, to: number): Span {
    const samples = this.read(from, to);
    const first = samples.findIndex((sample) => Math.abs(sample) >= NOTHING);
    if (first < 0) return { from, to };
    const begin = Math.max(from, this.#start);
    const last = samples.findLastIndex((sample) => Math.abs(sample) >= NOTHING);
    return { from: begin + first, to: begin + last + 1 };
  }

  /** Memory for the next block: one that holds nothing wanted any more, where there is one. */
  #newBlock(): Float32Array {
    let free: Float32Array | undefined;
    while (this.#blocks.length > 0 && (this.#first + 1) * this.#blockSamples <= this.#start) {
      free = this.#blocks.shift();
      this.#first++;
    }
    // Nothing is left of what came before, perhaps even more than that.
    if (this.#blocks.length === 0) this.#first = this.#end / this.#blockSamples;
    return free ?? new Float32Array(this.#blockSamples);
  }
}
