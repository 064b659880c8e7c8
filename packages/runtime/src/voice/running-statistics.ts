/**
 * Mean and variance of vectors that come one at a time, without keeping them.
 *
 * Welford's update loses no digits where the mean is large beside the deviation (Welford 1962, Technometrics 4(3)).
 */
export class RunningStatistics {
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  /** @param size  values of one vector */
  constructor(size: number) {
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Restores what `state` gave. */
  static from({ rows, mean, squares }: StatisticsState): RunningStatistics {
    const statistics = new RunningStatistics(mean.length);
    statistics.#rows = rows;
    statistics.#mean.set(mean);
    statistics.#squares.set(squares);
    return statistics;
  }

  get size(): number {
    return this.#mean.length;
  }

  /**
   * Takes in one clip.
   *
   * @param vectors  row-major rows × size: one row of statistics, or one for every frame
   */
  add(vectors: ArrayLike<number>): void {
    const size = this.size;
    for (let start = 0; start + size <= vectors.length; start += size) {
      this.#rows++;
      for (let i = 0; i < size; i++) {
        const away = vectors[start + i]! - this.#mean[i]!;
        this.#mean[i]! += away / this.#rows;
        this.#squares[i]! += away * (vectors[start + i]! - this.#mean[i]!);
      }
    }
  }

  get mean(): Float32Array {
    return Float32Array.from(this.#mean);
  }

  /** Square root of the population variance; 0 for fewer than two rows. */
  get deviation(): Float32Array {
    return Float32Array.from(this.#squares, (sum) => Math.sqrt(sum / Math.max(1, this.#rows)));
  }

  state(): StatisticsState {
    return { rows: this.#rows, mean: [...this.#mean], squares: [...this.#squares] };
  }
}

/** Running statistics as plain data. */
export interface StatisticsState {
  readonly rows: number;
  readonly mean: readonly number[];
  /** Sums of squared distances from the mean. */
  readonly squares: readonly number[];
}
