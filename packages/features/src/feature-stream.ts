import {
  type FeatureConfig,
  type FeatureMatrix,
  type FeatureOptions,
  ProsodiaError,
} from '@prosodia/contracts';
import { resolveFeatureConfig } from './config.js';
import { expect } from './expect.js';
import { extractFeatures } from './extract.js';

/** Where a stream is between two chunks: plain data, for `JSON` or a structured clone. */
export interface FeatureStreamState {
  readonly config: FeatureConfig;
  /** Samples that coming frames need, pre-emphasis done. */
  readonly kept: readonly number[];
  /** The last sample as it came, for pre-emphasis. */
  readonly previous: number;
  /** Samples still to be passed over before the next frame, where frames lie further apart than they are long. */
  readonly skip: number;
  readonly frames: number;
  readonly finished: boolean;
}

/**
 * Features of audio that is still coming: push chunks of any size, get each frame as soon as its last sample is there.
 *
 * The frames, put one after another, are those of `extractFeatures` on the whole, bit for bit (with pre-emphasis, on a
 * processor without fused multiply-add in its baseline: x86). With `center: true` the
 * stream begins with half a frame of zeros, as the whole does, and the frames that reach into the zeros after the end
 * come with `finish()`; without it `finish()` gives nothing, unless no frame was whole: then one, followed by zeros.
 *
 * What needs to know the whole is refused: `topDb` (give null) and `deltas`; so is `framing`. Audio comes at the
 * configuration's own rate.
 *
 * @example
 * const stream = new FeatureStream({ topDb: null, center: false });
 * for await (const chunk of microphone) for (const row of rowsOf(await stream.push(chunk))) use(row);
 */
export class FeatureStream {
  readonly config: FeatureConfig;
  #kept: Float32Array;
  #previous = 0;
  #skip = 0;
  #frames = 0;
  #finished = false;
  #busy = false;

  /** @throws ProsodiaError INVALID_ARGUMENT for a configuration that is wrong, or that needs to know the whole */
  constructor(options: FeatureOptions) {
    const config = resolveFeatureConfig(options);
    expect(config.topDb === null, 'null for topDb of a stream', config.topDb);
    expect(config.framing === undefined, 'no framing in a stream', config.framing);
    expect(config.deltas === 0, '0 for deltas of a stream', config.deltas);
    this.config = config;
    this.#kept = new Float32Array(config.center ? config.nFft / 2 : 0);
  }

  /**
   * The frames that these samples complete; perhaps none.
   *
   * @param samples  mono, [-1, 1], at `config.sampleRateHz`; not looked at after the call has returned its promise
   * @throws ProsodiaError INVALID_ARGUMENT (samples that are no Float32Array or not finite, a finished stream, a push
   *   before the last one has settled); the stream is then as it was before
   */
  async push(samples: Float32Array): Promise<FeatureMatrix> {
    if (!(samples instanceof Float32Array))
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected a Float32Array for samples but received ${typeof samples}`,
      );
    const wrong = samples.findIndex((sample) => !Number.isFinite(sample));
    expect(wrong < 0, `finite samples for a stream, at ${wrong}`, samples[wrong]);
    return this.#advance(this.#emphasized(samples), samples.at(-1));
  }

  /** The last frames; nothing can be pushed after. */
  async finish(): Promise<FeatureMatrix> {
    const { center, nFft, hopLength } = this.config;
    const held = this.#kept.length;
    let zeros = center ? nFft / 2 : 0;
    if (!center && this.#frames === 0) zeros = Math.max(0, nFft - held);
    // Where the next frame is further away than the end, it is none of the clip's.
    const last = await this.#advance(
      new Float32Array(this.#skip >= zeros + hopLength ? 0 : zeros),
      undefined,
    );
    this.#finished = true;
    return last;
  }

  /** Everything that coming frames depend on. */
  save(): FeatureStreamState {
    return {
      config: this.config,
      kept: Array.from(this.#kept),
      previous: this.#previous,
      skip: this.#skip,
      frames: this.#frames,
      finished: this.#finished,
    };
  }

  /**
   * A stream that goes on where `save` was called.
   *
   * @throws ProsodiaError INVALID_ARGUMENT for a state that no stream can have
   */
  static restore(state: FeatureStreamState): FeatureStream {
    const stream = new FeatureStream(state.config);
    const { nFft, hopLength } = stream.config;
    const { kept, previous, skip, frames, finished } = state;
    const finite = Array.isArray(kept) && kept.every(Number.isFinite) && Number.isFinite(previous);
    expect(
      finite && kept.length < nFft,
      `fewer than ${nFft} finite samples in a stream's state`,
      kept?.length,
    );
    const whole = [skip, frames].every((value) => Number.isInteger(value) && value >= 0);
    expect(whole && skip <= hopLength, 'whole numbers for skip and frames of a state', `${skip}, ${frames}`);
    expect(typeof finished === 'boolean', 'true or false for finished of a state', finished);
    stream.#kept = Float32Array.from(kept);
    stream.#previous = previous;
    stream.#skip = skip;
    stream.#frames = frames;
    stream.#finished = finished;
    return stream;
  }

  /** y[n] = x[n] − p·x[n − 1] in single precision, as the addon computes it. */
  #emphasized(samples: Float32Array): Float32Array {
    const coefficient = Math.fround(this.config.preEmphasis);
    if (coefficient === 0) return samples;
    let previous = this.#previous;
    return samples.map((sample) => {
      const value = sample - Math.fround(coefficient * previous);
      previous = sample;
      return value;
    });
  }

  async #advance(samples: Float32Array, latest: number | undefined): Promise<FeatureMatrix> {
    expect(!this.#finished, 'no samples after finish()', samples.length);
    expect(!this.#busy, 'one call at a time on a stream', 'another');
    const { sampleRateHz, nFft, hopLength } = this.config;
    const fresh = samples.subarray(Math.min(this.#skip, samples.length));
    const all = new Float32Array(this.#kept.length + fresh.length);
    all.set(this.#kept);
    all.set(fresh, this.#kept.length);
    const frames = all.length < nFft ? 0 : 1 + Math.floor((all.length - nFft) / hopLength);
    const part = all.subarray(0, nFft + (frames - 1) * hopLength);
    this.#busy = true;
    try {
      const matrix =
        frames === 0
          ? this.#none()
          : (
              await extractFeatures(
                [{ samples: part, sampleRateHz }],
                { ...this.config, center: false, preEmphasis: 0 },
                { threads: 1 },
              )
            )[0]!;
      const used = frames * hopLength;
      this.#skip -= samples.length - fresh.length;
      this.#kept = all.slice(Math.min(used, all.length));
      this.#skip += Math.max(0, used - all.length);
      this.#frames += frames;
      if (latest !== undefined) this.#previous = latest;
      return matrix;
    } finally {
      this.#busy = false;
    }
  }

  #none(): FeatureMatrix {
    const { kind, nMfcc, nMels } = this.config;
    return { data: new Float32Array(0), frames: 0, coefficients: kind === 'mfcc' ? nMfcc : nMels };
  }
}
