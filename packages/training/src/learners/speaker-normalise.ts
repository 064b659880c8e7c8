/** Mean and deviation of each column. */
export interface ColumnStatistics {
  readonly mean: Float64Array;
  /** Never zero. */
  readonly deviation: Float64Array;
}

/** Values further out are cut: one wild statistic must not decide. */
export const FARTHEST = 5;

/** Statistics of some rows. */
export function columnStatistics(rows: Float32Array, size: number): ColumnStatistics {
  const count = rows.length / size;
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  for (let at = 0; at < rows.length; at++) mean[at % size]! += rows[at]! / count;
  for (let at = 0; at < rows.length; at++)
    deviation[at % size]! += (rows[at]! - mean[at % size]!) ** 2 / count;
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) || 1) };
}

/**
 * A speaker's statistics, shrunk toward the population: weight n / (n + tau) for n clips.
 *
 * @param rows  clips of the speaker
 */
export function shrunkStatistics(
  rows: Float32Array,
  size: number,
  population: ColumnStatistics,
  tau: number,
): ColumnStatistics {
  const count = rows.length / size;
  if (count === 0) return population;
  const weight = count / (count + tau);
  const own = columnStatistics(rows, size);
  const toward = (theirs: Float64Array, ours: Float64Array) =>
    ours.map((value, at) => weight * value + (1 - weight) * theirs[at]!);
  return {
    mean: toward(population.mean, own.mean),
    // Of one clip there is no deviation to be known.
    deviation: count === 1 ? population.deviation : toward(population.deviation, own.deviation),
  };
}

/** (x − mean) / deviation, within ±5. */
export function normaliseRows(
  rows: Float32Array,
  size: number,
  { mean, deviation }: ColumnStatistics,
): Float32Array {
  return rows.map((value, at) => {
    const column = at % size;
    return Math.min(FARTHEST, Math.max(-FARTHEST, (value - mean[column]!) / deviation[column]!));
  });
}
