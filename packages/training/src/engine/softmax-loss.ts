import type { TrainingRows } from './engine.js';

export interface BatchLoss {
  /** Mean over the batch. */
  readonly loss: number;
  /** Of the logits, rows × classes. */
  readonly gradient: Float32Array;
}

/**
 * Softmax cross-entropy of one batch beside its targets, and its gradient, computed in double precision.
 *
 * @param logits  one row of classes for each entry of `order`
 * @param order  row numbers
 * @param classWeights  multiplies the loss of each class's rows, which is still divided by the number of rows, as Keras
 *   has it
 */
export function softmaxLoss(
  logits: Float32Array,
  rows: TrainingRows,
  order: Int32Array,
  classWeights?: readonly number[],
): BatchLoss {
  const { classCount, classes } = rows;
  const gradient = new Float32Array(logits.length);
  const powers = new Float64Array(classCount);
  let sum = 0;
  for (const [index, row] of order.entries()) {
    const at = index * classCount;
    const weight = classWeights?.[classes[row]!] ?? 1;
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classCount; c++) largest = Math.max(largest, logits[at + c]!);
    let total = 0;
    for (let c = 0; c < classCount; c++) {
      powers[c] = Math.exp(logits[at + c]! - largest);
      total += powers[c]!;
    }
    for (let c = 0; c < classCount; c++) {
      const target = targetOf(rows, row, c);
      if (target > 0) sum += weight * target * (Math.log(total) + largest - logits[at + c]!);
      gradient[at + c] = (weight * (powers[c]! / total - target)) / order.length;
    }
  }
  return { loss: sum / order.length, gradient };
}

function targetOf({ targets, classes, classCount }: TrainingRows, row: number, index: number): number {
  if (targets) return targets[row * classCount + index]!;
  return classes[row] === index ? 1 : 0;
}
