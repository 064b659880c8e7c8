import { crossEntropy } from './metrics.js';

export interface Calibration {
  /** Probabilities are softmax(logits / temperature). */
  readonly temperature: number;
  readonly method: string;
  /** Mean cross-entropy on the fitting rows, before and after. */
  readonly crossEntropyBefore: number;
  readonly crossEntropyAfter: number;
}

const LOWEST = 0.05;
const HIGHEST = 20;
const STEPS = 60;

/**
 * Fits the one number of temperature scaling (Guo et al. 2017) by the likelihood of held-out rows.
 *
 * The cross-entropy is convex in 1 / temperature, so a golden-section search over its logarithm finds the
 * minimum within [0.05, 20].
 *
 * @param probabilities  rows × classes, of rows that did not train
 * @param side           names those rows in `method`
 */
export function fitTemperature(
  probabilities: Float32Array,
  truth: ArrayLike<number>,
  classes: number,
  side: string,
): Calibration {
  const answers = (temperature: number) => applyTemperature(probabilities, classes, temperature);
  return fitTemperatureOf(answers, truth, classes, side);
}

/**
 * The same for answers that come about in more steps, e.g. as a mean of several that are each divided by the temperature.
 *
 * @param answers  probabilities, rows × classes, at a temperature
 */
export function fitTemperatureOf(
  answers: (temperature: number) => Float32Array,
  truth: ArrayLike<number>,
  classes: number,
  side: string,
): Calibration {
  const costAt = (temperature: number) => crossEntropy(answers(temperature), truth, classes);
  const cost = (logTemperature: number) => costAt(Math.exp(logTemperature));
  const before = costAt(1);
  let [low, high] = [Math.log(LOWEST), Math.log(HIGHEST)];
  const golden = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [cost(left), cost(right)];
  for (let step = 0; step < STEPS; step++) {
    if (atLeft <= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = cost(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = cost(right);
    }
  }
  const temperature = Math.exp((low + high) / 2);
  const after = costAt(temperature);
  const method = `temperature scaling, cross-entropy of ${truth.length} ${side} rows`;
  return { temperature, method, crossEntropyBefore: before, crossEntropyAfter: after };
}

/** Softmax of log-probabilities divided by the temperature; rows still sum to 1. */
export function applyTemperature(
  probabilities: Float32Array,
  classes: number,
  temperature: number,
): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  const logits = new Float64Array(classes);
  for (let start = 0; start < probabilities.length; start += classes) {
    for (let index = 0; index < classes; index++)
      logits[index] = Math.log(Math.max(probabilities[start + index]!, 1e-30)) / temperature;
    const top = Math.max(...logits);
    let total = 0;
    for (let index = 0; index < classes; index++) total += logits[index] = Math.exp(logits[index]! - top);
    for (let index = 0; index < classes; index++) scaled[start + index] = logits[index]! / total;
  }
  return scaled;
}

/**
 * Expected calibration error: the mean gap between confidence and accuracy over ten bins of confidence,
 * weighted by the rows in each (Naeini et al. 2015).
 */
export function calibrationError(
  probabilities: Float32Array,
  truth: ArrayLike<number>,
  classes: number,
): number {
  const bins = 10;
  const confidence = new Float64Array(bins);
  const correct = new Float64Array(bins);
  for (let row = 0; row < truth.length; row++) {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    const top = Math.max(...own);
    const bin = Math.min(bins - 1, Math.floor(top * bins));
    confidence[bin]! += top;
    if (own.indexOf(top) === truth[row]) correct[bin]! += 1;
  }
  let gap = 0;
  for (let bin = 0; bin < bins; bin++) gap += Math.abs(confidence[bin]! - correct[bin]!);
  return truth.length > 0 ? gap / truth.length : 0;
}

/** Brier score: the mean squared distance of the probabilities from what was true, 0 (perfect) to 2 (Brier 1950). */
export function brierScore(probabilities: Float32Array, truth: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let at = 0; at < probabilities.length; at++) {
    const isTrue = truth[Math.floor(at / classes)] === at % classes;
    sum += (probabilities[at]! - (isTrue ? 1 : 0)) ** 2;
  }
  return truth.length > 0 ? sum / truth.length : 0;
}
