/** A timestamp further off than this is a gap (or a jump), not drift. */
const GAP_SEC = 0.1;
/** Share of a timestamp's deviation that is believed: jitter is averaged away, drift followed. */
const FOLLOW = 0.05;

/** What a timestamp said about the stream. */
export interface Jump {
  /** Seconds that were never received. */
  readonly startSec: number;
  readonly endSec: number;
}

/**
 * Tells when a sample was captured: by counting samples, corrected by the source's timestamps where it has them.
 *
 * Sound cards run some 10⁻⁵ to 10⁻⁴ fast or slow, which would be a second after some hours.
 */
export class StreamClock {
  readonly #sampleRateHz: number;
  #originSec: number | undefined;
  #offsetSec = 0;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /** Seconds from the stream's first sample to the sample at `place`. */
  timeOf(place: number): number {
    return place / this.#sampleRateHz + this.#offsetSec;
  }

  /**
   * Follows a timestamp, or finds that it leaves something out.
   *
   * @param place  the sample that the timestamp belongs to
   * @param timeSec  the source's clock
   * @returns the gap before that sample, if there is one; `skip` it, or fill it with samples
   */
  observe(place: number, timeSec: number): Jump | undefined {
    const expected = this.timeOf(place);
    this.#originSec ??= timeSec - expected;
    const deviation = timeSec - this.#originSec - expected;
    if (deviation > GAP_SEC) return { startSec: expected, endSec: expected + deviation };
    // A source's clock that was set back moves the origin: time on the stream never goes back.
    if (deviation < -GAP_SEC) this.#originSec += deviation;
    else this.#offsetSec += FOLLOW * deviation;
    return undefined;
  }

  /** Lets the time of a gap pass without samples. */
  skip({ startSec, endSec }: Jump): void {
    this.#offsetSec += endSec - startSec;
  }
}
