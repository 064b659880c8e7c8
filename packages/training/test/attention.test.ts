import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import { distillationLoss } from '../src/engine/distillation-loss.js';
import { exportOnnx } from '../src/export/index.js';
import { buildModel } from '../src/models/build-model.js';
import { resolveRecipe } from '../src/recipes/index.js';
import { cardFor, randomFloats, tf } from './export/support.js';
import { inOrder, makeRows, OPTIONS } from './support/engine-models.js';
import { expectGradients } from './support/layer-gradients.js';
import { expectToLearn } from './support/learning.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-attention-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = makeRows(40);
const SPEC = {
  kind: 'attention',
  filters: 6,
  width: 3,
  heads: 2,
  blocks: 2,
  attention: 4,
  dropout: 0,
} as const;
const small = (dropout = 0) => buildModel(tf, { ...SPEC, dropout }, { rowShape: [7, 3], classes: 5 }, 3);
const selfDistillation = { weight: 0.7, temperature: 3 };

/** Loss and gradients of both exits by TensorFlow.js alone. */
function byLayers(model: tfjs.LayersModel, count: number) {
  const { weight, temperature } = selfDistillation;
  return tf.tidy(() => {
    const x = tf.tensor(rows.inputs.slice(0, count * 21), [count, 7, 3]);
    const y = tf.oneHot(tf.tensor1d([...rows.classes.slice(0, count)], 'int32'), 5);
    const variables = model.trainableWeights.map((one) => one.read() as tfjs.Variable);
    const entropy = (target: tfjs.Tensor, said: tfjs.Tensor) =>
      tf.neg(tf.mean(tf.sum(tf.mul(target, tf.log(said)), -1)));
    const soft = (said: tfjs.Tensor) => tf.softmax(tf.div(tf.log(said), temperature));
    const taught = tf.tidy(() => soft((model.apply(x, { training: true }) as tfjs.Tensor[])[0]!));
    const { value, grads } = tf.variableGrads(() => {
      const [answer, exit] = model.apply(x, { training: true }) as [tfjs.Tensor, tfjs.Tensor];
      const apart = tf.sub(entropy(taught, soft(exit)), entropy(taught, taught));
      const terms = [entropy(y, answer), entropy(y, exit), tf.mul(weight * temperature ** 2, apart)];
      return terms.reduce((sum, term) => tf.add(sum, term)) as tfjs.Scalar;
    }, variables);
    return {
      loss: value.dataSync()[0]!,
      gradients: variables.map((variable) => grads[variable.name]!.dataSync<'float32'>().slice()),
    };
  });
}

test('its loss and every gradient are those of the layers it is made of, the answer a teacher that is not moved', async () => {
  const model = small();
  expect(await selectEngine('auto', model)).toBe('tensorflow');
  const engine = await createEngine('auto', model, rows, { ...OPTIONS, selfDistillation });
  await expectGradients(engine, 11, byLayers(model, 11));
  engine.dispose();
});

test('an exit that says what the answer says costs nothing', () => {
  const logits = Float32Array.of(3, -1, 0.5, 0, 0, 9);
  const alike = distillationLoss(logits, logits, 3, selfDistillation);
  expect(alike.loss).toBeCloseTo(0, 12);
  expect([...alike.gradient].every((value) => Math.abs(value) < 1e-7)).toBe(true);
  const other = distillationLoss(Float32Array.of(0, 0, 0, 0, 0, 0), logits, 3, selfDistillation);
  expect(other.loss).toBeGreaterThan(0.1);
});

test('learns, without leaving a tensor behind, and again to the same bytes', () =>
  expectToLearn(tf, () => small(0.2), rows, { epochs: 20, share: 0.8 }));

test('the file answers as the trained network does, without the exits beside it', async () => {
  const model = small();
  const engine = await createEngine('auto', model, rows, { ...OPTIONS, selfDistillation });
  for (let epoch = 0; epoch < 5; epoch++) await engine.epoch(inOrder(40));
  const { maxAbsDifference } = await exportOnnx({
    ...{ model, card: cardFor(model, { embeddingSize: 6 }), checkRows: randomFloats(20 * 21, 5, 2) },
    path: join(folder, 'attention.onnx'),
  });
  expect(maxAbsDifference).toBeLessThanOrEqual(1e-6);
  engine.dispose();
});

test('what cannot be distilled is refused', async () => {
  const chain = buildModel(tf, resolveRecipe('cnn').model, { rowShape: [7, 3], classes: 5 }, 1);
  await expect(createEngine('auto', chain, rows, { ...OPTIONS, selfDistillation })).rejects.toThrow(
    'Expected a model with several outputs for selfDistillation but it has one',
  );
  const cold = { weight: 1, temperature: 0.5 };
  await expect(createEngine('auto', small(), rows, { ...OPTIONS, selfDistillation: cold })).rejects.toThrow(
    'Expected a number from 1 on for selfDistillation.temperature but received 0.5',
  );
  const recipe = resolveRecipe('attention');
  expect(() => resolveRecipe({ ...recipe, model: { ...recipe.model, heads: 5 } })).toThrow('divide filters');
});

test('the recipe builds what it says', () => {
  const { model: spec } = resolveRecipe('attention');
  const model = buildModel(tf, spec, { rowShape: [80, 41], classes: 8 }, 1);
  // 5 · 41 · 64 + 64; twice 4 · 64 · 64, 5 · 64 · 64 + 64, 2 · 4 · 64; twice 64 · 32 + 32 + 32 and 64 · 8 + 8.
  expect(model.countParams()).toBe(13_184 + 2 * (16_384 + 20_544 + 512) + 2 * (2_112 + 520));
  model.dispose();
});
