import { type FeatureMatrix, ProsodiaError } from '@prosodia/contracts';

/** Mean and deviation of each coefficient, over one clip's frames or many clips'. */
export interface CepstralStatistics {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** Frames that were counted. */
  readonly frames: number;
}

// A coefficient that does not vary is centred and left at that.
const FLAT = 1e-10;

/**
 * Mean and population deviation of each coefficient over the frames of all matrices: of one speaker's clips, for
 * normalisation by speaker.
 *
 * @param matrices  at least one, of equally many coefficients
 * @throws ProsodiaError INVALID_ARGUMENT
 */
export function cepstralStatistics(matrices: readonly FeatureMatrix[]): CepstralStatistics {
  const coefficients = matrices[0]?.coefficients ?? 0;
  let frames = 0;
  const mean = new Float64Array(coefficients);
  const squares = new Float64Array(coefficients);
  for (const matrix of matrices) {
    requireCoefficients(matrix, coefficients);
    // Welford's update, which stays exact where the mean is far from zero.
    for (let frame = 0; frame < matrix.frames; frame++) {
      frames++;
      for (let c = 0; c < coefficients; c++) {
        const value = matrix.data[frame * coefficients + c]!;
        const from = value - mean[c]!;
        mean[c]! += from / frames;
        squares[c]! += from * (value - mean[c]!);
      }
    }
  }
  if (frames === 0)
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected at least one frame for cepstral statistics');
  return { mean, deviation: squares.map((sum) => Math.sqrt(sum / frames)), frames };
}

/**
 * Cepstral mean and variance normalisation: each coefficient with mean 0 and deviation 1.
 *
 * @param matrix      frames × coefficients; left as it is
 * @param statistics  those of its speaker; of the matrix itself unless given (per clip)
 * @param variance    false: the mean alone is taken off
 * @throws ProsodiaError INVALID_ARGUMENT when the coefficients are not equally many
 * @example
 * const speaker = cepstralStatistics(matrices);
 * const normalized = matrices.map((matrix) => normalizeCepstra(matrix, speaker));
 */
export function normalizeCepstra(
  matrix: FeatureMatrix,
  statistics: CepstralStatistics = cepstralStatistics([matrix]),
  variance = true,
): FeatureMatrix {
  const { coefficients, frames } = matrix;
  requireCoefficients(matrix, statistics.mean.length);
  const data = matrix.data.map((value, i) => {
    const c = i % coefficients;
    const deviation = statistics.deviation[c]!;
    return (value - statistics.mean[c]!) / (variance && deviation > FLAT ? deviation : 1);
  });
  return { data, frames, coefficients };
}

function requireCoefficients(matrix: FeatureMatrix, expected: number): void {
  if (matrix.coefficients === expected) return;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a matrix of ${expected} coefficients but received one of ${matrix.coefficients}`,
  );
}
