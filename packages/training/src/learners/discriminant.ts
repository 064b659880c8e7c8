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
  const columns = new Float64Array(size * BLOCK);
  for (let first = 0; first < count; first += BLOCK) {
    columns.fill(0);
    for (let row = first; row < Math.min(count, first + BLOCK); row++)
      for (let i = 0; i < size; i++) columns[i * BLOCK + row - first] = rows[row * size + i]!;
    addProducts(products, size, columns);
  }
  return { size, counts, sums, products };
}

/** Rows whose products are summed before they are added: the columns of so many stay in the cache. */
const BLOCK = 64;

/** Two by two values of the triangle at a time: four sums that do not wait for each other, and half the reading. */
function addProducts(products: Float64Array, size: number, columns: Float64Array): void {
  // Arrays that are taken apart in here would cost more than the sums.
  for (let i = 0; i < size; i += 2) {
    const k = Math.min(i + 1, size - 1);
    const a = i * BLOCK;
    const b = k * BLOCK;
    for (let j = 0; j <= k; j += 2) {
      const l = Math.min(j + 1, size - 1);
      const c = j * BLOCK;
      const d = l * BLOCK;
      let ij = 0;
      let il = 0;
      let kj = 0;
      let kl = 0;
      for (let row = 0; row < BLOCK; row++) {
        const x = columns[a + row]!;
        const y = columns[b + row]!;
        const u = columns[c + row]!;
        const v = columns[d + row]!;
        ij += x * u;
        il += x * v;
        kj += y * u;
        kl += y * v;
      }
      products[i * size + j]! += ij;
      if (l > j && l <= i) products[i * size + l]! += il;
      if (k > i) products[k * size + j]! += kj;
      if (k > i && l > j) products[k * size + l]! += kl;
    }
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

/** Class means, and the covariance within classes in a lower triangle. */
interface Within {
  readonly means: Float64Array;
  readonly covariance: Float64Array;
}

/** Several shrinkages are tried on the same sums. */
const known = new WeakMap<ScatterSums, Within>();

function withinClasses(scatter: ScatterSums): Within {
  const before = known.get(scatter);
  if (before) return before;
  const { size, counts, sums, products } = scatter;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const means = sums.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / size)]!));
  const covariance = products.slice();
  for (const [c, count] of counts.entries()) {
    const mean = means.subarray(c * size, (c + 1) * size);
    for (let i = 0; i < size; i++) {
      const line = covariance.subarray(i * size, i * size + i + 1);
      const weight = count * mean[i]!;
      for (let j = 0; j <= i; j++) line[j]! -= weight * mean[j]!;
    }
  }
  for (let at = 0; at < covariance.length; at++) covariance[at]! /= total;
  const found = { means, covariance };
  known.set(scatter, found);
  return found;
}

/**
 * Linear discriminant analysis with equal priors: the pooled within-class covariance shrunk toward its own diagonal
 * (Ledoit & Wolf 2004 shrink toward a multiple of the identity; the diagonal leaves scales alone).
 *
 * @param shrinkage  share of the diagonal target, in (0, 1]
 */
export function fitDiscriminant(scatter: ScatterSums, shrinkage: number): Discriminant {
  const { size, counts } = scatter;
  const classes = counts.length;
  const { means, covariance } = withinClasses(scatter);
  const factor = covariance.map((value) => (1 - shrinkage) * value);
  for (let i = 0; i < size; i++) factor[i * size + i] = covariance[i * size + i]! + 1e-6;
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
