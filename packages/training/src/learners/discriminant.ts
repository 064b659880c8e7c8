import { choleskyInPlace, solveFactored } from './symmetric-solve.js';

const ABSENT = -1e9;

/** Sums over rows, from which a discriminant follows; sums of parts add up. */
export interface ScatterSums {
  readonly size: number;
  readonly counts: Float64Array;
  /** classes × size. */
  readonly sums: Float64Array;
  /** size × size, lower triangle: Σ x xᵀ. */
  readonly products: Float64Array;
}

/** One pass over the rows. */
export function scatterSums(
  rows: Float32Array,
  size: number,
  rowClasses: ArrayLike<number>,
  classes: number,
): ScatterSums {
  const counts = new Float64Array(classes);
  const sums = new Float64Array(classes * size);
  const products = new Float64Array(size * size);
  const count = rowClasses.length;
  for (let row = 0; row < count; row++) {
    const place = rowClasses[row]! * size;
    counts[rowClasses[row]!]! += 1;
    for (let i = 0; i < size; i++) sums[place + i]! += rows[row * size + i]!;
  }
  // Four rows at once: the sums are read and written a quarter as often.
  const absent = new Float32Array(size);
  const rowAt = (row: number) => (row < count ? rows.subarray(row * size, (row + 1) * size) : absent);
  for (let row = 0; row < count; row += 4)
    addProducts(products, size, rowAt(row), rowAt(row + 1), rowAt(row + 2), rowAt(row + 3));
  return { size, counts, sums, products };
}

function addProducts(
  products: Float64Array,
  size: number,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  d: Float32Array,
): void {
  for (let i = 0; i < size; i++) {
    const [ai, bi, ci, di] = [a[i]!, b[i]!, c[i]!, d[i]!];
    const line = i * size;
    for (let j = 0; j <= i; j++) products[line + j]! += ai * a[j]! + bi * b[j]! + ci * c[j]! + di * d[j]!;
  }
}

/** The sums of several parts together. */
export function addSums(parts: readonly ScatterSums[]): ScatterSums {
  const add = (pick: (part: ScatterSums) => Float64Array): Float64Array => {
    const total = Float64Array.from(pick(parts[0]!));
    for (const part of parts.slice(1)) {
      const values = pick(part);
      for (let at = 0; at < total.length; at++) total[at]! += values[at]!;
    }
    return total;
  };
  return {
    size: parts[0]!.size,
    counts: add((part) => part.counts),
    sums: add((part) => part.sums),
    products: add((part) => part.products),
  };
}

/** A linear classifier: softmax((x · kernel + bias) / temperature). */
export interface Discriminant {
  readonly size: number;
  readonly classes: number;
  /** classes × size. */
  readonly means: Float64Array;
  /** classes × size: what multiplies a row. */
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
  /** Cholesky factor of the shrunken covariance. */
  readonly factor: Float64Array;
}

/**
 * Linear discriminant analysis with equal priors: the pooled within-class covariance shrunk toward its own diagonal
 * (Ledoit & Wolf 2004 shrink toward a multiple of the identity; the diagonal leaves scales alone).
 *
 * @param shrinkage  share of the diagonal target, in (0, 1]
 */
export function fitDiscriminant(
  { size, counts, sums, products }: ScatterSums,
  shrinkage: number,
): Discriminant {
  const classes = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const means = sums.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / size)]!));
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let within = products[i * size + j]!;
      for (let c = 0; c < classes; c++) within -= counts[c]! * means[c * size + i]! * means[c * size + j]!;
      factor[i * size + j] = (within / total) * (i === j ? 1 : 1 - shrinkage) + (i === j ? 1e-6 : 0);
    }
  choleskyInPlace(factor, size);
  const fitted = withMeans({ size, classes, factor }, means);
  // A class that was never seen is never said.
  return { ...fitted, bias: fitted.bias.map((bias, c) => (counts[c]! > 0 ? bias : ABSENT)) };
}

/** The classifier that other class means give under the same covariance. */
export function withMeans(
  { size, classes, factor }: Pick<Discriminant, 'size' | 'classes' | 'factor'>,
  means: Float64Array,
): Discriminant {
  const kernel = new Float64Array(classes * size);
  const bias = new Float64Array(classes);
  for (let c = 0; c < classes; c++) {
    const mean = means.subarray(c * size, (c + 1) * size);
    const weights = solveFactored(factor, size, mean);
    kernel.set(weights, c * size);
    bias[c] = -0.5 * weights.reduce((sum, weight, at) => sum + weight * mean[at]!, 0);
  }
  return { size, classes, means, kernel, bias, factor };
}

/** Posterior probabilities of rows, rows × classes. */
export function posteriors(
  discriminant: Discriminant,
  rows: Float32Array,
  temperature: number,
): Float32Array {
  const { size, classes, kernel, bias } = discriminant;
  const count = rows.length / size;
  const result = new Float32Array(count * classes);
  const scores = new Float64Array(classes);
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < classes; c++) {
      let score = bias[c]!;
      for (let at = 0; at < size; at++) score += kernel[c * size + at]! * rows[row * size + at]!;
      scores[c] = score / temperature;
    }
    const top = Math.max(...scores);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += scores[c] = Math.exp(scores[c]! - top);
    for (let c = 0; c < classes; c++) result[row * classes + c] = scores[c]! / sum;
  }
  return result;
}
