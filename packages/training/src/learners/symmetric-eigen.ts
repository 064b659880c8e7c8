/** Eigenvalues of a symmetric matrix, largest first, and the vectors that belong to them. */
export interface Eigen {
  readonly values: Float64Array;
  /** Row k is the unit vector of value k. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 30;

/** Off-diagonal power, relative to the diagonal's, at which the matrix counts as diagonal. */
const SMALL = 1e-18;

/**
 * Eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5).
 *
 * @param matrix  size × size, row-major; left as it is
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS && !isDiagonal(a, size); sweep++)
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  const sorted = new Float64Array(size * size);
  for (const [place, i] of order.entries())
    sorted.set(vectors.subarray(i * size, (i + 1) * size), place * size);
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors: sorted };
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let [off, on] = [0, 0];
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const power = a[i * size + j]! ** 2;
      if (i === j) on += power;
      else off += power;
    }
  return off <= SMALL * on;
}

/** Turns rows and columns p and q so that a[p][q] becomes zero; `vectors` turns along, a vector a row. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const tan = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(tan * tan + 1);
  const sin = tan * cos;
  turnRows(a, size, p, q, cos, sin);
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cos * kp - sin * kq;
    a[k * size + q] = sin * kp + cos * kq;
  }
  turnRows(vectors, size, p, q, cos, sin);
}

function turnRows(rows: Float64Array, size: number, p: number, q: number, cos: number, sin: number): void {
  const [first, second] = [p * size, q * size];
  for (let k = 0; k < size; k++) {
    const [x, y] = [rows[first + k]!, rows[second + k]!];
    rows[first + k] = cos * x - sin * y;
    rows[second + k] = sin * x + cos * y;
  }
}
