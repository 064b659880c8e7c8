import type { Evaluation } from '@prosodia/contracts';
import { bootstrapOverSpeakers } from './bootstrap.js';
import { calibrationError } from './calibration.js';
import { classificationReport } from './classification-report.js';
import { argmaxRows, confusionMatrix, crossEntropy, type Scores, scoresOf } from './metrics.js';

/** What the model said of one test row. */
export interface Prediction {
  /** The recording's file, relative to the corpus, with "/". */
  readonly path: string;
  readonly speaker: string;
  /** 0 for the recording as it is, else which augmented variant of it. */
  readonly variant: number;
  /** The label the corpus gives. */
  readonly truth: string;
  /** The likeliest label. */
  readonly predicted: string;
  /** In label order, calibrated, summing to 1. */
  readonly probabilities: readonly number[];
}

/** The predictions of a run, as `predictions.json` holds them. */
export interface Predictions {
  readonly labels: readonly string[];
  readonly rows: readonly Prediction[];
}

/** A test side judged, as `evaluation.json` holds it. */
export interface Judgement {
  /** The summary the model card carries. */
  readonly evaluation: Evaluation;
  readonly labels: readonly string[];
  /** Row = truth, column = predicted. */
  readonly confusion: readonly (readonly number[])[];
  readonly scores: Scores;
  /** scikit-learn's table as text. */
  readonly classificationReport: string;
  /** Mean cross-entropy of the calibrated probabilities. */
  readonly crossEntropy: number;
  /** Expected calibration error over ten bins. */
  readonly calibrationError: number;
}

export interface JudgeOptions {
  /** Named beside every figure. */
  readonly protocol: string;
  /** Said beside every figure. */
  readonly caveat: string;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** Makes a prediction of each row of probabilities. */
export function toPredictions(
  probabilities: Float32Array,
  rows: readonly Pick<Prediction, 'path' | 'speaker' | 'variant' | 'truth'>[],
  labels: readonly string[],
): Predictions {
  const best = argmaxRows(probabilities, labels.length);
  return {
    labels,
    rows: rows.map((row, index) => ({
      ...row,
      predicted: labels[best[index]!]!,
      probabilities: [...probabilities.subarray(index * labels.length, (index + 1) * labels.length)],
    })),
  };
}

/** All figures of a test side, with 95 % intervals over its speakers. */
export function judge({ labels, rows }: Predictions, options: JudgeOptions): Judgement {
  const classOf = new Map(labels.map((label, index) => [label, index]));
  const judged = rows.map((row) => ({
    speaker: row.speaker,
    truth: classOf.get(row.truth)!,
    predicted: classOf.get(row.predicted)!,
  }));
  const truth = judged.map((row) => row.truth);
  const predicted = judged.map((row) => row.predicted);
  const confusion = confusionMatrix(truth, predicted, labels.length);
  const scores = scoresOf(confusion);
  const { accuracy, uar, note } = bootstrapOverSpeakers(judged, labels.length, options.seed);
  const probabilities = Float32Array.from(rows.flatMap((row) => row.probabilities));
  return {
    evaluation: {
      protocol: options.protocol,
      caveat: [options.caveat, note].filter((part) => part !== '').join(' '),
      testRows: rows.length,
      testSpeakers: [...new Set(rows.map((row) => row.speaker))].sort(),
      accuracy,
      uar,
      macroF1: scores.macro.f1,
      recalls: Object.fromEntries(labels.map((label, index) => [label, scores.classes[index]!.recall])),
    },
    labels,
    confusion: labels.map((_, row) => [
      ...confusion.counts.subarray(row * labels.length, (row + 1) * labels.length),
    ]),
    scores,
    classificationReport: classificationReport(scores, labels),
    crossEntropy: crossEntropy(probabilities, truth, labels.length),
    calibrationError: calibrationError(probabilities, truth, labels.length),
  };
}
