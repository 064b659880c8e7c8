import { ProsodiaError } from '@prosodia/contracts';

/**
 * Cholesky factor of a symmetric positive definite matrix, row-major, in place in its lower triangle.
 *
 * @param matrix  size × size; only the lower triangle is read
 * @throws ProsodiaError MODEL when the matrix is not positive definite
 */
export function choleskyInPlace(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const own = matrix.subarray(row * size, (row + 1) * size);
    for (let column = 0; column <= row; column++) {
      const other = matrix.subarray(column * size, (column + 1) * size);
      let sum = own[column]!;
      for (let k = 0; k < column; k++) sum -= own[k]! * other[k]!;
      if (column < row) own[column] = sum / other[column]!;
      else if (sum > 0) own[column] = Math.sqrt(sum);
      else
        throw new ProsodiaError(
          'MODEL',
          `Expected a positive definite covariance but pivot ${row} is ${sum}`,
        );
    }
  }
}

/** Solves L Lᵀ x = b for a factor of {@link choleskyInPlace}; returns a new vector. */
export function solveFactored(factor: Float64Array, size: number, right: Float64Array): Float64Array {
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    let sum = x[row]!;
    for (let k = 0; k < row; k++) sum -= factor[row * size + k]! * x[k]!;
    x[row] = sum / factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    x[row]! /= factor[row * size + row]!;
    const value = x[row]!;
    for (let k = 0; k < row; k++) x[k]! -= factor[row * size + k]! * value;
  }
  return x;
}
