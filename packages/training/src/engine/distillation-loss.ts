import type { SelfDistillation } from './engine.js';
import type { BatchLoss } from './softmax-loss.js';

/**
 * How far an output's answers are from those of the model's own answer, both softened: weight · τ² · KL(teacher ‖ student),
 * the mean over the batch (Hinton et al. 2015; within one network Zhang et al. 2019, and for emotion Ma et al. 2024).
 * The teacher is not moved by it.
 *
 * @param student  logits, rows × classes
 * @param teacher  logits of the model's answer, likewise
 */
export function distillationLoss(
  student: Float32Array,
  teacher: Float32Array,
  classes: number,
  { weight, temperature }: SelfDistillation,
): BatchLoss {
  const gradient = new Float32Array(student.length);
  const rows = student.length / classes;
  let sum = 0;
  for (let at = 0; at < student.length; at += classes) {
    const said = softened(student.subarray(at, at + classes), temperature);
    const wanted = softened(teacher.subarray(at, at + classes), temperature);
    for (let c = 0; c < classes; c++) {
      const p = Math.exp(wanted[c]!);
      sum += p * (wanted[c]! - said[c]!);
      gradient[at + c] = (weight * temperature * (Math.exp(said[c]!) - p)) / rows;
    }
  }
  return { loss: (weight * temperature ** 2 * sum) / rows, gradient };
}

/** Logarithms of softmax(logits / temperature). */
function softened(logits: Float32Array, temperature: number): Float64Array {
  const scores = Float64Array.from(logits, (logit) => logit / temperature);
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)) + largest;
  return scores.map((score) => score - total);
}
