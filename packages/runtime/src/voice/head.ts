/** One last layer with its weights: `embedding[start … start + size)` to class probabilities. */
export interface Head {
  readonly start: number;
  readonly size: number;
  /** Row-major size × classes. */
  readonly kernel: Float64Array;
  /** One per class. */
  readonly bias: Float64Array;
  /** Probabilities are softmax((e · kernel + bias) / temperature). */
  readonly temperature: number;
  /** Share of the mixture; all heads' shares sum to 1. */
  readonly weight: number;
  /** Strength of the trained layer as the prior of a personal one; > 0. */
  readonly ridge: number;
  /** In what people differ, where that is known: a personal layer may differ more along them. */
  readonly directions?: Directions | undefined;
}

/** Directions of the embedding. */
export interface Directions {
  /** Row-major size × count. */
  readonly columns: Float64Array;
  readonly count: number;
  /** Strength of the prior along them; > 0. */
  readonly ridge: number;
}

/** Smallest probability whose logarithm is taken. */
const TINY = 1e-30;

/**
 * What the heads together say of one embedding.
 *
 * The weighted mean of their softmaxes, then softmax(log p / temperature), as a model's graph computes it.
 *
 * @param embedding  what the network gives the heads
 * @returns one probability per class, summing to 1
 */
export function mixtureOf(
  heads: readonly Head[],
  embedding: ArrayLike<number>,
  temperature: number,
): Float64Array {
  return mixtureOfScores(
    heads,
    heads.map((head) => scoresOf(head, embedding)),
    temperature,
  );
}

/**
 * As `mixtureOf`, from each head's scores.
 *
 * @param scores  one array per head; overwritten
 */
export function mixtureOfScores(
  heads: readonly Head[],
  scores: readonly Float64Array[],
  temperature: number,
): Float64Array {
  const mixture = new Float64Array(scores[0]!.length);
  for (const [h, values] of scores.entries()) {
    softmaxInPlace(values);
    for (let c = 0; c < mixture.length; c++) mixture[c]! += heads[h]!.weight * values[c]!;
  }
  for (let c = 0; c < mixture.length; c++) mixture[c] = Math.log(Math.max(mixture[c]!, TINY)) / temperature;
  softmaxInPlace(mixture);
  return mixture;
}

/** (e · kernel + bias) / temperature. */
export function scoresOf(head: Head, embedding: ArrayLike<number>): Float64Array {
  const { start, size, kernel, bias, temperature } = head;
  const classes = bias.length;
  const scores = Float64Array.from(bias);
  for (let i = 0; i < size; i++) {
    const value = embedding[start + i]!;
    for (let c = 0; c < classes; c++) scores[c]! += value * kernel[i * classes + c]!;
  }
  for (let c = 0; c < classes; c++) scores[c]! /= temperature;
  return scores;
}

/** Replaces each row of `classes` scores by its softmax. */
export function softmaxInPlace(scores: Float64Array, classes = scores.length): void {
  for (let row = 0; row < scores.length; row += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) most = Math.max(most, scores[row + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = Math.exp(scores[row + c]! - most);
      scores[row + c] = value;
      sum += value;
    }
    for (let c = 0; c < classes; c++) scores[row + c]! /= sum;
  }
}
