import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/** Of the last axis, with the scale and the shift that this computes. */
export function normalisesBatches(layer: tf.layers.Layer): boolean {
  if (layer.getClassName() !== 'BatchNormalization') return false;
  const { axis = -1, scale, center } = layer.getConfig();
  const last = (layer.outputShape as unknown[]).length - 1;
  return scale !== false && center !== false && (axis === -1 || axis === last);
}

/**
 * A BatchNormalization layer in training mode: each column by the mean and the variance it has in the batch, which move into
 * the kept ones; to be called inside `tf.tidy`.
 *
 * TensorFlow.js's own takes some forty operations there and back, each over the whole batch; these are four passes.
 */
export function normaliseBatch(library: TensorFlow, layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor {
  const [gamma, beta, keptMean, keptVariance] = layer.weights;
  const { epsilon, momentum } = layer.getConfig() as { epsilon: number; momentum: number };
  const values = x.dataSync<'float32'>();
  const scale = gamma!.read().dataSync<'float32'>();
  const width = scale.length;
  const { mean, variance } = columnMoments(values, width);
  const move = (kept: tf.LayerVariable, found: Float64Array) => {
    const before = kept.read().dataSync();
    const moved = Float32Array.from(found, (value, at) => momentum * before[at]! + (1 - momentum) * value);
    kept.write(library.tensor1d(moved));
  };
  move(keptMean!, mean);
  move(keptVariance!, variance);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const normal = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += width)
    for (let c = 0; c < width; c++) normal[row + c] = (values[row + c]! - mean[c]!) * inverse[c]!;
  const compute = (_: tf.Tensor, factor: tf.Tensor, shift: tf.Tensor) => ({
    value: library.add(library.mul(library.tensor(normal, x.shape), factor), shift),
    gradFunc: (dy: tf.Tensor) => {
      const found = gradients(dy.dataSync<'float32'>(), normal, scale, inverse);
      return [
        library.tensor(found.dx, x.shape),
        library.tensor1d(found.dScale),
        library.tensor1d(found.dShift),
      ];
    },
  });
  return library.customGrad(compute as Parameters<TensorFlow['customGrad']>[0])(
    x,
    gamma!.read(),
    beta!.read(),
  );
}

/** Mean and variance of each column, the variance divided by the number of rows. */
function columnMoments(values: Float32Array, width: number) {
  const rows = values.length / width;
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  for (let row = 0; row < values.length; row += width)
    for (let c = 0; c < width; c++) mean[c]! += values[row + c]!;
  for (let c = 0; c < width; c++) mean[c]! /= rows;
  for (let row = 0; row < values.length; row += width)
    for (let c = 0; c < width; c++) {
      const about = values[row + c]! - mean[c]!;
      variance[c]! += about * about;
    }
  for (let c = 0; c < width; c++) variance[c]! /= rows;
  return { mean, variance };
}

/** Ioffe & Szegedy 2015, section 3, in terms of the normalised values. */
function gradients(dy: Float32Array, normal: Float32Array, scale: Float32Array, inverse: Float64Array) {
  const width = scale.length;
  const rows = dy.length / width;
  const dScale = new Float64Array(width);
  const dShift = new Float64Array(width);
  for (let row = 0; row < dy.length; row += width)
    for (let c = 0; c < width; c++) {
      dShift[c]! += dy[row + c]!;
      dScale[c]! += dy[row + c]! * normal[row + c]!;
    }
  const dx = new Float32Array(dy.length);
  const factor = inverse.map((value, c) => value * scale[c]!);
  for (let row = 0; row < dy.length; row += width)
    for (let c = 0; c < width; c++)
      dx[row + c] = factor[c]! * (dy[row + c]! - (dShift[c]! + normal[row + c]! * dScale[c]!) / rows);
  return { dx, dScale: Float32Array.from(dScale), dShift: Float32Array.from(dShift) };
}
