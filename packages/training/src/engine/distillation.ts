import type { TrainingRows } from './engine.js';
import { type BatchLoss, softmaxLoss } from './softmax-loss.js';

/** How the outputs of a model beside its answer learn from the answer. */
export interface DistillationOptions {
  /** Of the divergence from the answer's soft probabilities beside the cross-entropy of the classes. */
  readonly weight: number;
  /** Logits are divided by it on both sides: the softer, the more is said of the classes that are not the likeliest. */
  readonly temperature: number;
}

/** Logits of one batch, rows × classes. */
export interface StudentLogits {
  readonly student: Float32Array;
  /** Of the answer; taken as it is, no gradient flows into it. */
  readonly teacher: Float32Array;
}

/**
 * The loss of an output that is taught by the model's own answer, and its gradient in the student's logits: cross-entropy of
 * the classes + weight · T² · KL(softmax(teacher / T) ‖ softmax(student / T)) (Hinton et al. 2015; within one network Zhang
 * et al. 2019 and, for emotion, Ma et al. 2024).
 *
 * @param order  row numbers of the batch
 */
export function distilledLoss(
  { student, teacher }: StudentLogits,
  rows: TrainingRows,
  order: Int32Array,
  { weight, temperature }: DistillationOptions,
  classWeights?: readonly number[],
): BatchLoss {
  const { classCount } = rows;
  const { loss, gradient } = softmaxLoss(student, rows, order, classWeights);
  let divergence = 0;
  for (let at = 0; at < student.length; at += classCount) {
    const wanted = softened(teacher.subarray(at, at + classCount), temperature);
    const said = softened(student.subarray(at, at + classCount), temperature);
    for (let c = 0; c < classCount; c++) {
      if (wanted[c]! > 0) divergence += wanted[c]! * Math.log(wanted[c]! / said[c]!);
      gradient[at + c]! += (weight * temperature * (said[c]! - wanted[c]!)) / order.length;
    }
  }
  return { loss: loss + (weight * temperature ** 2 * divergence) / order.length, gradient };
}

/** softmax(logits / temperature), never quite 0 that a logarithm could not take. */
function softened(logits: Float32Array, temperature: number): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const powers = Float64Array.from(logits, (logit) =>
    Math.max(Number.MIN_VALUE, Math.exp((logit - top) / temperature)),
  );
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
