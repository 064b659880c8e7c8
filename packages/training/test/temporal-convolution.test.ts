import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import { exportOnnx } from '../src/export/index.js';
import { buildModel } from '../src/models/build-model.js';
import { causalConvolution } from '../src/models/causal-convolution.js';
import { resolveRecipe } from '../src/recipes/index.js';
import { cardFor, randomFloats, tf } from './export/support.js';
import { inOrder, makeRows, OPTIONS } from './support/engine-models.js';
import { byLayers, expectGradients } from './support/layer-gradients.js';
import { expectToLearn } from './support/learning.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-temporal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = makeRows(40);
const SPEC = { kind: 'temporal-convolution', filters: 6, width: 2, blocks: 3, dropout: 0 } as const;
const small = (dropout = 0) => buildModel(tf, { ...SPEC, dropout }, { rowShape: [7, 3], classes: 5 }, 3);

test.each([false, true])('a causal convolution sees one side of time alone (backwards: %s)', (backwards) => {
  const layer = causalConvolution(tf, {
    ...{ filters: 1, width: 3, dilation: 2, backwards, inputShape: [9, 1], name: 'one' },
  });
  const model = tf.sequential({ layers: [layer] });
  layer.setWeights([tf.tensor([3, 5, 7], [3, 1, 1]), tf.tensor([0.5])]);
  const x = [2, -1, 4, 0, 3, 1, -2, 5, 6];
  const found = [...(model.predict(tf.tensor(x, [1, 9, 1])) as tfjs.Tensor).dataSync()];
  const side = backwards ? 1 : -1;
  const at = (step: number) => x[step] ?? 0;
  const expected = x.map((_, t) => 3 * at(t + side * 4) + 5 * at(t + side * 2) + 7 * at(t) + 0.5);
  expect(found).toEqual(expected);
});

test('its loss and every gradient are those of the layers it is made of', async () => {
  const model = small();
  expect(await selectEngine('auto', model)).toBe('tensorflow');
  await expect(selectEngine('native', model)).rejects.toThrow('no chain');
  const engine = await createEngine('auto', model, rows, OPTIONS);
  await expectGradients(engine, 11, byLayers(tf, model, rows, 11));
  engine.dispose();
});

test('batches move the kept statistics as the layers themselves do', async () => {
  const [own, theirs] = [small(), small()];
  const engine = await createEngine('auto', own, rows, OPTIONS);
  await engine.epoch(inOrder(16));
  const x = tf.tensor(rows.inputs.slice(0, 16 * 21), [16, 7, 3]);
  tf.tidy(() => theirs.apply(x, { training: true }));
  const statistics = (model: tfjs.LayersModel) =>
    model.nonTrainableWeights.flatMap((weight) => [...weight.read().dataSync()]);
  const expected = statistics(theirs);
  expect(expected.some((value) => value !== 0 && value !== 1)).toBe(true);
  statistics(own).forEach((value, at) => {
    expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-5);
  });
  engine.dispose();
});

test('learns, without leaving a tensor behind, and again to the same bytes', () =>
  expectToLearn(tf, () => small(0.2), rows, { epochs: 12, share: 0.9 }));

test('the file answers as the trained network does', async () => {
  const model = small();
  const engine = await createEngine('auto', model, rows, OPTIONS);
  for (let epoch = 0; epoch < 5; epoch++) await engine.epoch(inOrder(40));
  const { maxAbsDifference } = await exportOnnx({
    ...{ model, card: cardFor(model, { embeddingSize: 6 }), checkRows: randomFloats(20 * 21, 5, 2) },
    path: join(folder, 'temporal.onnx'),
  });
  expect(maxAbsDifference).toBeLessThanOrEqual(1e-6);
  engine.dispose();
});

test('the recipe builds what it says', () => {
  const { model: spec } = resolveRecipe('temporal-convolution');
  const model = buildModel(tf, spec, { rowShape: [54, 40], classes: 8 }, 1);
  // Both ways: 40 · 39 + 39, then six times twice 2 · 39 · 39 + 39 and 4 · 39; the scales' weights; 39 · 8 + 8.
  expect(model.countParams()).toBe(2 * (1_599 + 6 * 2 * (3_081 + 156)) + 6 + 320);
  expect(model.countParams()).toBeLessThan(140_000);
  model.dispose();
});
