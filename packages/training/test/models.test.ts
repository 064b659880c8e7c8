import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { modelWeights } from '../src/fit/model-weights.js';
import { buildModel } from '../src/models/build-model.js';
import { orthogonalRows, unitForgetBias } from '../src/models/initial-weights.js';
import { describeNetwork, modelSummary } from '../src/models/model-summary.js';
import { Random } from '../src/random.js';
import { RECIPES, resolveRecipe } from '../src/recipes/index.js';

const reference = JSON.parse(
  readFileSync(new URL('../../../tools/golden/reference/model-summary.json', import.meta.url), 'utf8'),
) as { readonly initial: string; readonly final: string };

let tf: TensorFlow;

beforeAll(async () => {
  ({ tf } = await loadTensorflow());
});

const SHAPE = { rowShape: [13, 1], classes: 8 };

describe("the paper's models", () => {
  test.each([
    ['paper-initial', [66_560, 0, 49_408, 0, 8_320, 0, 1_032], 125_320, reference.initial],
    ['paper-initial-augmented', [66_560, 0, 49_408, 0, 8_320, 0, 1_032], 125_320, reference.initial],
    ['paper-final', [264_192, 0, 82_176, 0, 8_320, 0, 1_032], 355_720, reference.final],
  ])(
    '%s has the parameters of its table, printed as Keras 3.12.0 prints it',
    (name, counts, total, table) => {
      const model = buildModel(tf, resolveRecipe(name).model, SHAPE, 0);
      const network = describeNetwork(model);
      expect(network.layers.map((layer) => layer.parameters)).toEqual(counts);
      expect(network.parameters).toBe(total);
      expect(modelSummary(model)).toBe(table);
      model.dispose();
    },
  );

  test('activations are those of Keras, not of TensorFlow.js', () => {
    const model = buildModel(tf, RECIPES['paper-initial']!.model, SHAPE, 0);
    for (const layer of model.layers.filter((one) => one.getClassName() === 'LSTM'))
      expect(layer.getConfig()).toMatchObject({ activation: 'tanh', recurrentActivation: 'sigmoid' });
    expect(
      model.layers.filter((one) => one.getClassName() === 'Dropout').map((one) => one.getConfig().rate),
    ).toEqual([0.2, 0.2, 0.2]);
    model.dispose();
  });
});

describe('initial weights', () => {
  const build = (seed: number) => {
    const model = buildModel(tf, { kind: 'lstm', lstm: [12, 6], dense: [10], dropout: 0.1 }, SHAPE, seed);
    const weights = modelWeights(tf, model).read();
    model.dispose();
    return weights;
  };

  test('the same seed gives the same bytes, another seed others', () => {
    expect(build(3)).toEqual(build(3));
    expect(build(3)[0]).not.toEqual(build(4)[0]);
  });

  test('Glorot limits, orthonormal recurrence, forget bias 1', () => {
    const [kernel, recurrent, bias, kernel2] = build(1) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const limit = Math.sqrt(6 / (1 + 48));
    expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(Math.fround(limit));
    expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(0.8 * limit);
    const limit2 = Math.sqrt(6 / (12 + 24));
    const variance = kernel2.reduce((sum, value) => sum + value * value, 0) / kernel2.length;
    expect(variance).toBeCloseTo(limit2 ** 2 / 3, 2);
    expect(recurrent).toHaveLength(12 * 48);
    expect([...bias]).toEqual([...unitForgetBias(12)]);
    expect([...bias].slice(12, 24)).toEqual(Array(12).fill(1));
    expect(bias.reduce((sum, value) => sum + value, 0)).toBe(12);
  });

  test('rows of an orthogonal matrix are orthonormal', () => {
    const [rows, columns] = [24, 96];
    const matrix = orthogonalRows(rows, columns, new Random(9));
    for (let a = 0; a < rows; a++)
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let c = 0; c < columns; c++) dot += matrix[a * columns + c]! * matrix[b * columns + c]!;
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
  });
});

describe('recipes', () => {
  test("hold the paper's numbers", () => {
    expect(RECIPES['paper-final']).toMatchObject({
      features: { kind: 'mfcc', sampleRateHz: 22_050, nMfcc: 13, nFft: 2048, hopLength: 512 },
      standardize: false,
      batchSize: 32,
      epochs: 125,
      patience: 10,
      monitor: 'accuracy',
      optimizer: { learningRate: 1e-3, epsilon: 1e-7 },
    });
    expect(RECIPES['paper-final']!.augmentation.map(({ kind }) => kind)).toEqual([
      'noise',
      'pitch',
      'stretch',
    ]);
    expect(RECIPES['paper-initial']!.augmentation).toEqual([]);
    expect([RECIPES['paper-initial']!.epochs, RECIPES['paper-initial']!.patience]).toEqual([50, 5]);
  });

  test('one of one’s own is checked field by field', () => {
    const own = { ...RECIPES['paper-initial']!, name: 'mine', epochs: 3 };
    expect(resolveRecipe(own).epochs).toBe(3);
    expect(() => resolveRecipe('paper-finall')).toThrow(/paper-initial.*received "paper-finall"/);
    expect(() => resolveRecipe('toString')).toThrow(/received "toString"/);
    expect(() => resolveRecipe({ ...own, epochs: 0 })).toThrow(/Invalid recipe: epochs/);
    expect(() => resolveRecipe({ ...own, colour: 'red' })).toThrow(/colour/);
    const backwards = { kind: 'stretch' as const, rate: [1.2, 0.8] };
    expect(() => resolveRecipe({ ...own, augmentation: [backwards] })).toThrow(/lower bound first/);
  });
});
