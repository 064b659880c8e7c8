import { ProsodiaError } from '@prosodia/contracts';

/** Square counts, row = true class, column = predicted class. */
export interface Confusion {
  readonly classes: number;
  /** classes × classes, row-major. */
  readonly counts: Float64Array;
}

export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that truly are of the class. */
  readonly support: number;
}

/** The usual figures of a confusion matrix, as scikit-learn defines them (a division by zero gives 0). */
export interface Scores {
  readonly accuracy: number;
  /** Unweighted average recall over the classes that occur ("balanced accuracy"). */
  readonly uar: number;
  readonly macro: ClassScores;
  readonly weighted: ClassScores;
  readonly classes: readonly ClassScores[];
}

/**
 * Counts how often each true class was taken for each class.
 *
 * @throws ProsodiaError INVALID_ARGUMENT (lengths differ, a class outside [0, classes))
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Confusion {
  if (truth.length !== predicted.length)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected as many predictions as rows (${truth.length}) but received ${predicted.length}`,
    );
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < truth.length; row++) {
    const [actual, guess] = [truth[row]!, predicted[row]!];
    for (const value of [actual, guess])
      if (!(Number.isInteger(value) && value >= 0 && value < classes))
        throw new ProsodiaError(
          'INVALID_ARGUMENT',
          `Expected a class from 0 to ${classes - 1} for row ${row} but received ${value}`,
        );
    counts[actual * classes + guess]! += 1;
  }
  return { classes, counts };
}

/** Precision, recall, F1 and support of each class, and their averages. An empty matrix gives zeros. */
export function scoresOf({ classes, counts }: Confusion): Scores {
  const perClass: ClassScores[] = [];
  let hits = 0;
  for (let index = 0; index < classes; index++) {
    const hit = counts[index * classes + index]!;
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += counts[index * classes + other]!;
      predicted += counts[other * classes + index]!;
    }
    hits += hit;
    perClass.push({
      precision: ratio(hit, predicted),
      recall: ratio(hit, support),
      f1: ratio(2 * hit, support + predicted),
      support,
    });
  }
  const total = perClass.reduce((sum, one) => sum + one.support, 0);
  const occurring = perClass.filter((one) => one.support > 0);
  return {
    accuracy: ratio(hits, total),
    uar: ratio(
      occurring.reduce((sum, one) => sum + one.recall, 0),
      occurring.length,
    ),
    macro: average(perClass, () => 1, total),
    weighted: average(perClass, (one) => one.support, total),
    classes: perClass,
  };
}

function average(
  scores: readonly ClassScores[],
  weightOf: (one: ClassScores) => number,
  support: number,
): ClassScores {
  const weights = scores.reduce((sum, one) => sum + weightOf(one), 0);
  const mean = (key: 'precision' | 'recall' | 'f1') =>
    ratio(
      scores.reduce((sum, one) => sum + weightOf(one) * one[key], 0),
      weights,
    );
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** The likeliest class of each row; the first of equals. */
export function argmaxRows(probabilities: Float32Array, classes: number): Int32Array {
  const rows = probabilities.length / classes;
  const best = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let top = 0;
    for (let index = 1; index < classes; index++)
      if (probabilities[row * classes + index]! > probabilities[row * classes + top]!) top = index;
    best[row] = top;
  }
  return best;
}

/** Mean cross-entropy; probabilities are kept above 1e-7, as Keras does. */
export function crossEntropy(probabilities: Float32Array, truth: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const probability = probabilities[row * classes + truth[row]!]!;
    sum -= Math.log(Math.min(Math.max(probability, 1e-7), 1 - 1e-7));
  }
  return truth.length > 0 ? sum / truth.length : 0;
}
