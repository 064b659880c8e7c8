import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MODEL_CARD_HASH_KEY,
  MODEL_CARD_KEY,
  modelCardSchema,
  ONNX_SCHEMA,
  type OnnxModel,
} from '@prosodia/contracts';
import type * as tfjs from '@tensorflow/tfjs';
import protobuf from 'protobufjs';
import { exportOnnx, registerLayer } from '../../src/export/index.js';
import { cardFor, randomFloats, randomiseWeights, runFile, tf } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { lstm, dense, dropout } = tf.layers;

/** The two models of the paper, by the width of their first layer. */
function paperModel(units: number): tfjs.Sequential {
  const model = tf.sequential();
  // Every weight is replaced below; TensorFlow.js's orthogonal start would only cost time.
  const common = { recurrentActivation: 'sigmoid', recurrentInitializer: 'glorotUniform' } as const;
  model.add(lstm({ units, returnSequences: true, ...common, inputShape: [13, 1] }));
  model.add(dropout({ rate: 0.2 }));
  model.add(lstm({ units: 64, ...common }));
  model.add(dropout({ rate: 0.2 }));
  model.add(dense({ units: 128, activation: 'relu' }));
  model.add(dropout({ rate: 0.2 }));
  model.add(dense({ units: 8, activation: 'softmax' }));
  randomiseWeights(model, units, 0.2);
  return model;
}

function decode(path: string): OnnxModel {
  return protobuf.Root.fromJSON(ONNX_SCHEMA)
    .lookupType('Model')
    .decode(readFileSync(path)) as unknown as OnnxModel;
}

describe.each([
  ['initial', 128],
  ['final', 256],
])('the paper’s %s model', (name, units) => {
  const model = paperModel(units);
  const rows = randomFloats(40 * 13, 7, 3);
  const path = join(folder, `${name}.onnx`);

  it('answers in ONNX Runtime as in TensorFlow.js', async () => {
    const result = await exportOnnx({
      model,
      card: cardFor(model, { embeddingSize: 128 }),
      checkRows: rows,
      path,
    });
    expect(result.maxAbsDifference).toBeLessThanOrEqual(1e-6);
    expect(result.bytes).toBe(statSync(path).size);
    const { probabilities } = await runFile(path, rows, [40, 13, 1]);
    const expected = (model.predict(tf.tensor(rows, [40, 13, 1])) as tfjs.Tensor).dataSync();
    expect(Math.max(...expected.map((p, i) => Math.abs(p - probabilities[i]!)))).toBeLessThanOrEqual(1e-6);
  });

  it('carries its card, the card’s hash and the hash of its graph', () => {
    const file = decode(path);
    const metadata = new Map(file.metadata.map(({ key, value }) => [key, value]));
    const text = metadata.get(MODEL_CARD_KEY)!;
    const card = modelCardSchema.parse(JSON.parse(text));
    const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');
    expect(card.graphHash).toBe(sha256(file.graph));
    expect(metadata.get(MODEL_CARD_HASH_KEY)).toBe(sha256(text));
    expect(Number(file.opsetImport[0]!.version)).toBe(17);
    expect(Number(file.irVersion)).toBeLessThanOrEqual(10);
  });
});

it('calibrates inside the graph', async () => {
  const model = paperModel(8);
  randomiseWeights(model, 3, 1);
  const rows = randomFloats(9 * 13, 1, 2);
  const path = join(folder, 'calibrated.onnx');
  const card = cardFor(model, { embeddingSize: 128, temperature: 2.5 });
  await exportOnnx({ model, card, checkRows: rows, path });
  const { logits, probabilities } = await runFile(path, rows, [9, 13, 1]);
  const expected = tf.softmax(tf.div(tf.tensor(logits, [9, 8]), 2.5)).dataSync();
  expect(Math.max(...expected.map((p, i) => Math.abs(p - probabilities[i]!)))).toBeLessThanOrEqual(1e-6);
  const plain = tf.softmax(tf.tensor(logits, [9, 8])).dataSync();
  expect(Math.max(...plain.map((p, i) => Math.abs(p - probabilities[i]!)))).toBeGreaterThan(1e-2);
});

it.each([
  ['one mean per element', 13],
  ['one mean per coefficient', 1],
])('takes raw rows when given a scaler with %s', async (name, length) => {
  const model = paperModel(8);
  const mean = randomFloats(length, 4, 50);
  const scale = randomFloats(length, 5).map((x) => 20 + Math.abs(x));
  const rows = randomFloats(6 * 13, 6, 80);
  const path = join(folder, `${name}.onnx`);
  const card = cardFor(model, { embeddingSize: 128 });
  await exportOnnx({ model, card, scaler: { mean, scale }, checkRows: rows, path });
  const { probabilities } = await runFile(path, rows, [6, 13, 1]);
  const scaled = rows.map((x, i) => (x - mean[i % length]!) / scale[i % length]!);
  const expected = (model.predict(tf.tensor(scaled, [6, 13, 1])) as tfjs.Tensor).dataSync();
  expect(Math.max(...expected.map((p, i) => Math.abs(p - probabilities[i]!)))).toBeLessThanOrEqual(1e-5);
});

it('takes softmax as a layer of its own, nested models and a model of one layer', async () => {
  const inner = tf.sequential({ layers: [dense({ units: 5, activation: 'tanh', inputShape: [4] })] });
  const nested = tf.sequential({ layers: [inner, dense({ units: 3 }), tf.layers.softmax()] });
  const flat = tf.sequential({ layers: [dense({ units: 2, activation: 'softmax', inputShape: [4] })] });
  for (const [model, embeddingSize] of [
    [nested, 5],
    [flat, 4],
  ] as const) {
    const path = join(folder, `head-${embeddingSize}.onnx`);
    const rows = randomFloats(3 * 4, 2);
    await exportOnnx({ model, card: cardFor(model, { embeddingSize }), checkRows: rows, path });
    const { embedding } = await runFile(path, rows, [3, 4]);
    const expected =
      model === flat ? rows : (inner.predict(tf.tensor(rows, [3, 4])) as tfjs.Tensor).dataSync();
    expect(Math.max(...expected.map((e, i) => Math.abs(e - embedding[i]!)))).toBeLessThanOrEqual(1e-6);
  }
});

describe('refuses', () => {
  const path = join(folder, 'refused.onnx');
  const model = paperModel(4);
  const card = cardFor(model, { embeddingSize: 128 });
  const checkRows = randomFloats(13, 1);

  it.each([
    ['rows that are no whole rows', { checkRows: randomFloats(14, 1) }, 'whole rows of 13'],
    ['no rows', { checkRows: new Float32Array() }, 'at least one'],
    [
      'another shape',
      {
        card: { ...card, inputs: [{ ...card.inputs[0]!, input: { ...card.inputs[0]!.input, shape: [13] } }] },
      },
      "the shape of the card's input",
    ],
    ['labels of another number', { card: { ...card, labels: ['a', 'b'] } }, '8 labels'],
    ['a scale of zero', { scaler: { mean: new Float32Array(13), scale: new Float32Array(13) } }, 'not zero'],
    [
      'a short scaler',
      { scaler: { mean: new Float32Array(2), scale: new Float32Array(2) } },
      '13 or 1 means',
    ],
    ['a card the schema refuses', { card: { ...card, name: '' } }, 'model card'],
  ])('%s', async (_name, change, message) => {
    await expect(exportOnnx({ model, card, checkRows, path, ...change })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['a layer it does not know', tf.layers.gru({ units: 2, inputShape: [5, 1] }), 'GRU'],
    ['a reversed LSTM', lstm({ units: 2, goBackwards: true, inputShape: [5, 1] }), 'goBackwards'],
    ['an activation it does not know', dense({ units: 2, activation: 'mish', inputShape: [5] }), 'mish'],
  ])('%s', async (_name, layer, message) => {
    const odd = tf.sequential({ layers: [layer, dense({ units: 2, activation: 'softmax' })] });
    const oddCard = cardFor(odd, { embeddingSize: 2 });
    await expect(
      exportOnnx({ model: odd, card: oddCard, checkRows: new Float32Array(5), path }),
    ).rejects.toMatchObject({ code: 'MODEL', message: expect.stringContaining(message) });
  });

  it('a model without softmax at its end', async () => {
    const odd = tf.sequential({ layers: [dense({ units: 2, inputShape: [5] })] });
    const oddCard = cardFor(odd, { embeddingSize: 5 });
    await expect(
      exportOnnx({ model: odd, card: oddCard, checkRows: new Float32Array(5), path }),
    ).rejects.toMatchObject({ code: 'MODEL', message: expect.stringContaining('ends in Dense') });
  });

  it('weights that are not finite', async () => {
    const odd = tf.sequential({ layers: [dense({ units: 2, activation: 'softmax', inputShape: [1] })] });
    odd.setWeights([tf.tensor2d([[1, Number.NaN]]), tf.tensor1d([0, 0])]);
    const oddCard = cardFor(odd, { embeddingSize: 1 });
    await expect(
      exportOnnx({ model: odd, card: oddCard, checkRows: new Float32Array(1), path }),
    ).rejects.toMatchObject({ code: 'MODEL', message: expect.stringContaining('finite weights') });
  });

  it('to replace a good file when the answers differ', async () => {
    class Tenfold extends tf.layers.Layer {
      static className = 'Tenfold';
      override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
        return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, 10);
      }
    }
    registerLayer('Tenfold', ({ input }) => input);
    writeFileSync(path, 'the older file');
    const odd = tf.sequential({
      layers: [new Tenfold({ inputShape: [1] }), dense({ units: 2, activation: 'softmax' })],
    });
    const oddCard = cardFor(odd, { embeddingSize: 1 });
    await expect(
      exportOnnx({ model: odd, card: oddCard, checkRows: Float32Array.of(0.3), path }),
    ).rejects.toMatchObject({ code: 'MODEL', message: expect.stringContaining('was not written') });
    expect(readFileSync(path, 'utf8')).toBe('the older file');
  });
});
