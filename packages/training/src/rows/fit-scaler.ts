import type { Scaler } from '../export/index.js';

/**
 * Mean and deviation of each coefficient over rows (and over frames, for rows of frames).
 *
 * @param inputs     of the training side alone: a scaler that has seen other rows leaks them
 * @param columns    values that have one mean each: the row's size, or its last axis for frames
 * @returns deviations of constant columns are 1, so that those become 0
 */
export function fitScaler(inputs: Float32Array, columns: number): Scaler {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const rows = inputs.length / columns;
  for (let index = 0; index < inputs.length; index++) sums[index % columns]! += inputs[index]!;
  for (let index = 0; index < inputs.length; index++)
    squares[index % columns]! += (inputs[index]! - sums[index % columns]! / rows) ** 2;
  return {
    mean: Float32Array.from(sums, (sum) => sum / rows),
    scale: Float32Array.from(squares, (square) => Math.sqrt(square / rows) || 1),
  };
}
