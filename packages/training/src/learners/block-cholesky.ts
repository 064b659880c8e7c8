import type { Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { choleskyInPlace } from './symmetric-solve.js';

/** A symmetric matrix in square blocks, the last row and column of them smaller: `[i][j]`, j ≤ i. */
export type SymmetricBlocks = readonly (readonly Tensor2D[])[];

/** A factor of it, its diagonal blocks inverted: they are only ever divided by. */
interface Factor {
  readonly below: Tensor2D[][];
  readonly inverses: Tensor2D[];
}

/**
 * Solves (A + diagonal) x = b by a Cholesky factor in blocks: of thousands of rows too, because all but the small blocks on the
 * diagonal is products of TensorFlow.js.
 *
 * @param matrix    kept as it is
 * @param diagonal  what is added to each element of A's diagonal
 * @param right     [rows, columns]
 * @throws ProsodiaError MODEL when the sum is not positive definite
 */
export function solveBlocks(
  tf: TensorFlow,
  matrix: SymmetricBlocks,
  diagonal: Float32Array,
  right: Tensor2D,
): Tensor2D {
  const factor = factorised(tf, matrix, diagonal);
  const solution = tf.tidy(() => substituted(tf, factor, right));
  tf.dispose([factor.below, factor.inverses]);
  return solution;
}

function factorised(tf: TensorFlow, matrix: SymmetricBlocks, diagonal: Float32Array): Factor {
  const factor: Factor = { below: matrix.map(() => []), inverses: [] };
  let row = 0;
  for (const [j, own] of matrix.entries()) {
    const size = own[j]!.shape[0];
    const pivot = tf.tidy(() => {
      const added = tf.diag(tf.tensor1d(diagonal.subarray(row, row + size)));
      return withoutEarlier(factor, own[j]!.add<Tensor2D>(added), j, j).dataSync<'float32'>();
    });
    factor.inverses.push(tf.tensor2d(invertedFactor(pivot, size), [size, size]));
    for (let i = j + 1; i < matrix.length; i++)
      factor.below[i]!.push(
        tf.tidy(() =>
          tf.matMul(withoutEarlier(factor, matrix[i]![j]!, i, j), factor.inverses[j]!, false, true),
        ),
      );
    row += size;
  }
  return factor;
}

/** What block (i, j) is when all columns of blocks before j have been taken away. */
function withoutEarlier({ below }: Factor, block: Tensor2D, i: number, j: number): Tensor2D {
  let rest = block;
  for (let k = 0; k < j; k++) rest = rest.sub<Tensor2D>(below[i]![k]!.matMul(below[j]![k]!, false, true));
  return rest;
}

/** The inverse of the lower Cholesky factor of a small matrix. */
function invertedFactor(values: Float32Array, size: number): Float32Array {
  const lower = Float64Array.from(values);
  choleskyInPlace(lower, size);
  const inverse = new Float32Array(size * size);
  for (let column = 0; column < size; column++) {
    inverse[column * size + column] = 1 / lower[column * size + column]!;
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) sum -= lower[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = sum / lower[row * size + row]!;
    }
  }
  return inverse;
}

/** Forward through the factor, then back through its transpose. */
function substituted(tf: TensorFlow, { below, inverses }: Factor, right: Tensor2D): Tensor2D {
  const rows = inverses.map((inverse) => inverse.shape[0]);
  const parts: Tensor2D[] = tf.split(right, rows);
  for (const [i, inverse] of inverses.entries()) {
    let rest = parts[i]!;
    for (let k = 0; k < i; k++) rest = rest.sub<Tensor2D>(below[i]![k]!.matMul(parts[k]!));
    parts[i] = tf.matMul(inverse, rest);
  }
  for (let i = inverses.length - 1; i >= 0; i--) {
    let rest = parts[i]!;
    for (let k = i + 1; k < inverses.length; k++)
      rest = rest.sub<Tensor2D>(below[k]![i]!.matMul(parts[k]!, true));
    parts[i] = tf.matMul(inverses[i]!, rest, true);
  }
  return tf.concat(parts) as Tensor2D;
}
