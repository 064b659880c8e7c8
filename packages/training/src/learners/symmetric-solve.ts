import { ProsodiaError } from '@prosodia/contracts';

/**
 * Cholesky factor of a symmetric positive definite matrix, row-major, in place in its lower triangle.
 *
 * @param matrix  size × size; only the lower triangle is read
 * @throws ProsodiaError MODEL when the matrix is not positive definite
 */
export function choleskyInPlace(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const start = row * size;
    let column = 0;
    for (; column + 4 <= row; column += 4) fourColumns(matrix, size, start, column);
    for (; column <= row; column++) {
      const other = column * size;
      let sum = matrix[start + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[start + k]! * matrix[other + k]!;
      if (column < row) matrix[start + column] = sum / matrix[other + column]!;
      else if (sum > 0) matrix[start + column] = Math.sqrt(sum);
      else
        throw new ProsodiaError(
          'MODEL',
          `Expected a positive definite covariance but pivot ${row} is ${sum}`,
        );
    }
  }
}

/** Four at once left of the diagonal: each waits for its own last subtraction, and the row is read a quarter as often. */
function fourColumns(m: Float64Array, size: number, row: number, column: number): void {
  const a = column * size;
  const [b, c, d] = [a + size, a + 2 * size, a + 3 * size];
  let s0 = m[row + column]!;
  let s1 = m[row + column + 1]!;
  let s2 = m[row + column + 2]!;
  let s3 = m[row + column + 3]!;
  for (let k = 0; k < column; k++) {
    const own = m[row + k]!;
    s0 -= own * m[a + k]!;
    s1 -= own * m[b + k]!;
    s2 -= own * m[c + k]!;
    s3 -= own * m[d + k]!;
  }
  s0 /= m[a + column]!;
  s1 = (s1 - s0 * m[b + column]!) / m[b + column + 1]!;
  s2 = (s2 - s0 * m[c + column]! - s1 * m[c + column + 1]!) / m[c + column + 2]!;
  s3 -= s0 * m[d + column]!;
  s3 = (s3 - s1 * m[d + column + 1]! - s2 * m[d + column + 2]!) / m[d + column + 3]!;
  m[row + column] = s0;
  m[row + column + 1] = s1;
  m[row + column + 2] = s2;
  m[row + column + 3] = s3;
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
