import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import { buildModel } from '../src/models/build-model.js';
import { resolveRecipe } from '../src/recipes/index.js';
import { makeRows, OPTIONS } from './support/engine-models.js';
import { byLayers, expectGradients } from './support/layer-gradients.js';
import { expectToLearn } from './support/learning.js';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorflow());
});

const rows = makeRows(40);
const SPEC = { kind: 'bilstm-attention', lstm: [6, 5], attention: 4, dense: [7], dropout: 0 } as const;
const small = (dropout = 0) => buildModel(tf, { ...SPEC, dropout }, { rowShape: [7, 3], classes: 5 }, 3);

test('its loss and every gradient are those of the layers it is made of', async () => {
  const model = small();
  const engine = await createEngine(await selectEngine('auto', model), model, rows, OPTIONS);
  await expectGradients(engine, 11, byLayers(tf, model, rows, 11));
  engine.dispose();
});

test('learns, without leaving a tensor behind, and again to the same bytes', () =>
  expectToLearn(tf, () => small(0.2), rows, { epochs: 20, share: 0.7 }));

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
