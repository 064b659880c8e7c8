import type * as tfjs from '@tensorflow/tfjs';
import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import { buildModel } from '../src/models/build-model.js';
import { resolveRecipe } from '../src/recipes/index.js';
import { inOrder, makeRows, OPTIONS, weightBytes } from './support/engine-models.js';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorflow());
});

const rows = makeRows(40);
const SPEC = { kind: 'bilstm-attention', lstm: [6, 5], attention: 4, dense: [7], dropout: 0 } as const;
const small = (dropout = 0) => buildModel(tf, { ...SPEC, dropout }, { rowShape: [7, 3], classes: 5 }, 3);

/** Loss and gradients as TensorFlow.js finds them through its own layers. */
function byLayers(model: tfjs.Sequential, count: number) {
  return tf.tidy(() => {
    const x = tf.tensor(rows.inputs.slice(0, count * 21), [count, 7, 3]);
    const y = tf.oneHot(tf.tensor1d([...rows.classes.slice(0, count)], 'int32'), 5);
    const variables = model.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
    const { value, grads } = tf.variableGrads(() => {
      const probabilities = model.apply(x, { training: true }) as tfjs.Tensor;
      return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(probabilities)), -1))) as tfjs.Scalar;
    }, variables);
    return {
      loss: value.dataSync()[0]!,
      gradients: variables.map((variable) => grads[variable.name]!.dataSync().slice()),
    };
  });
}

test('its loss and every gradient are those of the layers it is made of', async () => {
  const model = small();
  const engine = await createEngine(await selectEngine('auto', model), model, rows, OPTIONS);
  const found = await engine.gradients(inOrder(11));
  const expected = byLayers(model, 11);
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(2e-6);
  expect(found.gradients).toHaveLength(expected.gradients.length);
  found.gradients.forEach((gradient, i) => {
    const largest = Math.max(...expected.gradients[i]!.map(Math.abs));
    gradient.forEach((value, at) => {
      expect(Math.abs(value - expected.gradients[i]![at]!)).toBeLessThan(5e-6 * largest + 1e-8);
    });
  });
  engine.dispose();
});

test('learns, without leaving a tensor behind, and again to the same bytes', async () => {
  const train = async () => {
    const model = small(0.2);
    const engine = await createEngine('auto', model, rows, OPTIONS);
    const first = await engine.epoch(inOrder(40));
    const before = tf.memory().numTensors;
    for (let epoch = 0; epoch < 20; epoch++) await engine.epoch(inOrder(40));
    const last = await engine.epoch(inOrder(40));
    expect(tf.memory().numTensors).toBe(before);
    expect(last.loss).toBeLessThan(0.7 * first.loss);
    engine.dispose();
    return weightBytes(model);
  };
  expect((await train()).equals(await train())).toBe(true);
});

test('the recipe builds what it says', () => {
  const { model: spec } = resolveRecipe('bilstm-attention');
  const model = buildModel(tf, spec, { rowShape: [80, 40], classes: 8 }, 1);
  expect(model.layers.map((layer) => layer.getClassName())).toEqual([
    ...['Bidirectional', 'Dropout', 'AttentionPooling', 'Dropout', 'Dense', 'Dropout', 'Dense'],
  ]);
  // 2 · 4 · 64 · (40 + 64 + 1), 128 · 32 + 32 + 32, 128 · 64 + 64, 64 · 8 + 8
  expect(model.countParams()).toBe(53_760 + 4_160 + 8_256 + 520);
  model.dispose();
});
