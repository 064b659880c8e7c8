import type * as tfjs from '@tensorflow/tfjs';
import type { BatchGradients, InspectableEngine, TrainingRows } from '../../src/engine/engine.js';
import { inOrder } from './engine-models.js';

/** Loss and gradients of the first rows as TensorFlow.js finds them through its own layers. */
export function byLayers(
  tf: typeof tfjs,
  model: tfjs.LayersModel,
  { inputs, rowShape, classes, classCount }: TrainingRows,
  count: number,
): BatchGradients {
  const size = rowShape.reduce((product, extent) => product * extent, 1);
  return tf.tidy(() => {
    const x = tf.tensor(inputs.slice(0, count * size), [count, ...rowShape]);
    const y = tf.oneHot(tf.tensor1d([...classes.slice(0, count)], 'int32'), classCount);
    const variables = model.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
    const { value, grads } = tf.variableGrads(() => {
      const probabilities = model.apply(x, { training: true }) as tfjs.Tensor;
      return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(probabilities)), -1))) as tfjs.Scalar;
    }, variables);
    return {
      loss: value.dataSync()[0]!,
      gradients: variables.map((variable) => grads[variable.name]!.dataSync<'float32'>().slice()),
    };
  });
}

/** Expects an engine's gradients of the first rows to be those. */
export async function expectGradients(
  engine: InspectableEngine,
  count: number,
  expected: BatchGradients,
): Promise<void> {
  const found = await engine.gradients(inOrder(count));
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(2e-6);
  expect(found.gradients).toHaveLength(expected.gradients.length);
  const overall = Math.max(...expected.gradients.map((gradient) => Math.max(...gradient.map(Math.abs))));
  found.gradients.forEach((gradient, i) => {
    const largest = Math.max(...expected.gradients[i]!.map(Math.abs));
    gradient.forEach((value, at) => {
      expect(Math.abs(value - expected.gradients[i]![at]!)).toBeLessThan(5e-6 * largest + 1e-7 * overall);
    });
  });
}
