import { dot } from '../dot.js';
import type { Random } from '../random.js';

/**
 * Glorot & Bengio 2010, uniform: within ± √(6 / (rows + columns)), Keras' default for kernels.
 *
 * @param positions  of a convolution's filter, each rows × columns
 * @returns positions × rows × columns, row-major
 */
export function glorotUniform(rows: number, columns: number, random: Random, positions = 1): Float32Array {
  const limit = Math.sqrt(6 / (positions * (rows + columns)));
  return Float32Array.from({ length: positions * rows * columns }, () => random.uniform(-limit, limit));
}

/**
 * A random matrix with orthonormal rows (Saxe et al. 2014), Keras' default for recurrent kernels.
 *
 * @param rows     at most `columns`
 * @returns rows × columns, row-major, of which rows · rowsᵀ is the identity
 */
export function orthogonalRows(rows: number, columns: number, random: Random): Float32Array {
  const matrix = Float64Array.from({ length: rows * columns }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const own = matrix.subarray(row * columns, (row + 1) * columns);
    // Twice is enough: one pass of Gram–Schmidt leaves rounding errors that the second removes.
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < row; other++)
        subtractProjection(own, matrix.subarray(other * columns, (other + 1) * columns));
    const length = Math.sqrt(dot(own, own));
    for (let column = 0; column < columns; column++) own[column]! /= length;
  }
  return Float32Array.from(matrix);
}

/** An LSTM's bias: zero but for the forget gate's 1 (Jozefowicz et al. 2015); gate order i, f, c, o. */
export function unitForgetBias(units: number): Float32Array {
  return new Float32Array(4 * units).fill(1, units, 2 * units);
}

function subtractProjection(own: Float64Array, unit: Float64Array): void {
  const share = dot(own, unit);
  for (let index = 0; index < own.length; index++) own[index]! -= share * unit[index]!;
}

/**
 * Weights of a new layer of one of this package's networks, as Keras begins them.
 *
 * @param kind    the layer's class
 * @param shapes  of its weights, in order
 */
export function initialWeights(kind: string, shapes: readonly number[][], random: Random): Float32Array[] {
  if (kind === 'LSTM') return lstmWeights(shapes, random);
  if (kind === 'Bidirectional')
    return [...lstmWeights(shapes.slice(0, 3), random), ...lstmWeights(shapes.slice(3), random)];
  if (kind === 'AttentionPooling')
    return [...kernelWeights(shapes.slice(0, 2), random), glorotUniform(shapes[2]![0]!, 1, random)];
  if (kind === 'SelfAttention')
    return shapes.map(([inputs, units]) => glorotUniform(inputs!, units!, random));
  if (kind === 'WeightedSum') return shapes.map(([count]) => new Float32Array(count!).fill(1 / count!));
  if (kind === 'BatchNormalization')
    return shapes.map(([width], place) => new Float32Array(width!).fill(NEW_NORMALIZATION[place]!));
  return kernelWeights(shapes, random);
}

/** Scale, shift, mean and variance. */
const NEW_NORMALIZATION = [1, 0, 0, 1] as const;

function lstmWeights(shapes: readonly number[][], random: Random): Float32Array[] {
  const [kernel, recurrent] = shapes as [[number, number], [number, number]];
  return [
    glorotUniform(...kernel, random),
    orthogonalRows(...recurrent, random),
    unitForgetBias(recurrent[0]),
  ];
}

/** A dense layer's kernel [inputs, units] or a convolution's [width, inputs, filters], Glorot's bounds as Keras has them. */
function kernelWeights(shapes: readonly number[][], random: Random): Float32Array[] {
  const [kernel, bias] = shapes as [number[], [number]];
  const [inputs, units] = kernel.slice(-2) as [number, number];
  const width = kernel.length === 3 ? kernel[0]! : 1;
  return [glorotUniform(inputs, units, random, width), new Float32Array(bias[0])];
}
