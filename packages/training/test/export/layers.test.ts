import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import fc from 'fast-check';
import { exportOnnx, registerLayer } from '../../src/export/index.js';
import { attentionPooling } from '../../src/models/attention-pooling.js';
import { causalConvolution } from '../../src/models/causal-convolution.js';
import { weightedSum } from '../../src/models/weighted-sum.js';
import { cardFor, randomFloats, randomiseWeights, runFile, tf } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-layers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { lstm, dense, dropout } = tf.layers;

/** Exports a model with random weights; exportOnnx itself compares the two. */
async function differenceOf(model: tfjs.LayersModel, embeddingSize: number, seed = 1): Promise<number> {
  randomiseWeights(model, seed);
  const shape = model.inputs[0]!.shape.slice(1).map(Number);
  const checkRows = randomFloats(5 * shape.reduce((a, b) => a * b), seed, 2);
  const path = join(folder, 'layers.onnx');
  const card = cardFor(model, { embeddingSize });
  return (await exportOnnx({ model, card, checkRows, path })).maxAbsDifference;
}

const softmaxHead = () => dense({ units: 3, activation: 'softmax' });

it.each([
  'linear',
  'relu',
  'relu6',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softmax',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
] as const)('activation %s agrees, inside a dense layer and on its own', async (activation) => {
  const inside = [dense({ units: 6, activation, inputShape: [4] }), softmaxHead()];
  const alone = [dense({ units: 6, inputShape: [4] }), tf.layers.activation({ activation }), softmaxHead()];
  for (const layers of [inside, alone])
    expect(await differenceOf(tf.sequential({ layers }), 6)).toBeLessThanOrEqual(1e-6);
});

it('agrees on leaky and capped ReLU, Flatten, Reshape and every layer that is noise in training', async () => {
  const layers = [
    dense({ units: 4, inputShape: [3, 2] }),
    tf.layers.leakyReLU({ alpha: 0.1 }),
    tf.layers.gaussianNoise({ stddev: 1 }),
    tf.layers.spatialDropout1d({ rate: 0.5 }),
    tf.layers.reshape({ targetShape: [4, 3] }),
    tf.layers.flatten(),
    tf.layers.reLU({ maxValue: 6 }),
    tf.layers.gaussianDropout({ rate: 0.5 }),
    softmaxHead(),
  ];
  expect(await differenceOf(tf.sequential({ layers }), 12)).toBeLessThanOrEqual(1e-6);
});

it.each([
  ['sigmoid', 'tanh', true],
  ['hardSigmoid', 'tanh', true],
  ['sigmoid', 'hardSigmoid', true],
  ['hardSigmoid', 'relu', false],
  ['softsign', 'softplus', true],
] as const)(
  'an LSTM with %s gates and %s cell agrees (bias: %s)',
  async (recurrentActivation, activation, useBias) => {
    for (const returnSequences of [false, true]) {
      const layers = [
        lstm({ units: 7, activation, recurrentActivation, useBias, returnSequences, inputShape: [5, 3] }),
        ...(returnSequences ? [tf.layers.flatten()] : []),
        softmaxHead(),
      ];
      expect(await differenceOf(tf.sequential({ layers }), returnSequences ? 35 : 7)).toBeLessThanOrEqual(
        1e-6,
      );
    }
  },
);

it.each([
  [true, 'sigmoid', true],
  [false, 'hardSigmoid', false],
] as const)(
  'an LSTM both ways agrees (sequences: %s, %s, bias: %s)',
  async (returnSequences, recurrentActivation, useBias) => {
    const layer = lstm({ units: 4, recurrentActivation, useBias, returnSequences }) as tfjs.RNN;
    const layers = [
      tf.layers.bidirectional({ layer, mergeMode: 'concat', inputShape: [6, 3] }),
      ...(returnSequences ? [tf.layers.flatten()] : []),
      softmaxHead(),
    ];
    expect(await differenceOf(tf.sequential({ layers }), returnSequences ? 48 : 8)).toBeLessThanOrEqual(1e-6);
  },
);

it('attention over time agrees, and a Bidirectional of another kind is refused', async () => {
  const layers = [
    lstm({ units: 5, returnSequences: true, inputShape: [9, 3] }),
    attentionPooling(tf, { units: 4, name: 'attention' }),
    softmaxHead(),
  ];
  expect(await differenceOf(tf.sequential({ layers }), 5)).toBeLessThanOrEqual(1e-6);
  const gru = tf.layers.bidirectional({
    layer: tf.layers.gru({ units: 2 }) as tfjs.RNN,
    mergeMode: 'concat',
    inputShape: [6, 3],
  });
  await expect(differenceOf(tf.sequential({ layers: [gru, softmaxHead()] }), 4)).rejects.toThrow(
    'an LSTM inside',
  );
});

it.each([
  [true, true],
  [false, true],
  [true, false],
])('batch normalisation agrees along time and on one vector (scale %s, center %s)', async (scale, center) => {
  const norm = () => tf.layers.batchNormalization({ scale, center });
  const layers = [
    tf.layers.conv1d({ filters: 5, kernelSize: 3, padding: 'same', inputShape: [8, 3] }),
    norm(),
    tf.layers.globalAveragePooling1d() as tfjs.layers.Layer,
    norm(),
    softmaxHead(),
  ];
  const model = tf.sequential({ layers: layers as tfjs.layers.Layer[] });
  // A variance is not negative, as the random weights of these tests may be.
  randomiseWeights(model, 4);
  for (const layer of model.layers.filter((one) => one.getClassName() === 'BatchNormalization'))
    layer.setWeights(
      layer.getWeights().map((weight, i, all) => (i === all.length - 1 ? tf.abs(weight) : weight)),
    );
  const path = join(folder, 'norm.onnx');
  const options = {
    model,
    card: cardFor(model, { embeddingSize: 5 }),
    checkRows: randomFloats(5 * 24, 1, 2),
    path,
  };
  expect((await exportOnnx(options)).maxAbsDifference).toBeLessThanOrEqual(1e-6);
});

it('any small stack of layers agrees', async () => {
  const width = fc.integer({ min: 1, max: 9 });
  const stack = fc.record({
    steps: width,
    inputs: width,
    recurrent: fc.array(fc.record({ units: width, hard: fc.boolean(), rate: fc.constantFrom(0, 0.5) }), {
      minLength: 1,
      maxLength: 3,
    }),
    hidden: fc.array(width, { maxLength: 2 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(stack, async ({ steps, inputs, recurrent, hidden, seed }) => {
      const model = tf.sequential();
      recurrent.forEach(({ units, hard, rate }, i) => {
        const recurrentActivation = hard ? 'hardSigmoid' : 'sigmoid';
        const returnSequences = i < recurrent.length - 1;
        const inputShape = i === 0 ? { inputShape: [steps, inputs] } : {};
        model.add(lstm({ units, recurrentActivation, returnSequences, ...inputShape }));
        model.add(dropout({ rate }));
      });
      for (const units of hidden) model.add(dense({ units, activation: 'relu' }));
      model.add(softmaxHead());
      expect(await differenceOf(model, hidden.at(-1) ?? recurrent.at(-1)!.units, seed)).toBeLessThanOrEqual(
        1e-5,
      );
      model.dispose();
    }),
    { numRuns: 12, seed: 20_251 },
  );
});

it('learns a layer kind from outside', async () => {
  class Doubling extends tf.layers.Layer {
    static className = 'Doubling';
    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, 2);
    }
  }
  registerLayer('Doubling', ({ graph, name, input }) => graph.node('Add', name, [input, input]));
  const layers = [dense({ units: 4, inputShape: [3] }), new Doubling({}), softmaxHead()];
  expect(await differenceOf(tf.sequential({ layers }), 4)).toBeLessThanOrEqual(1e-6);
});

/**
 * Proves the order of the gates without TensorFlow.js: Keras's LSTM written out in double precision.
 *
 * z = x·W + h·U + b cut into i, f, g, o; c ← σ(f)·c + σ(i)·tanh(g); h ← σ(o)·tanh(c).
 */
function lstmByHand(
  sequence: number[][],
  kernel: number[][],
  recurrent: number[][],
  bias: number[],
): number[] {
  const units = recurrent.length;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h = new Array<number>(units).fill(0);
  let c = new Array<number>(units).fill(0);
  for (const x of sequence) {
    const z = bias.map(
      (b, j) =>
        b +
        x.reduce((sum, v, k) => sum + v * kernel[k]![j]!, 0) +
        h.reduce((sum, v, k) => sum + v * recurrent[k]![j]!, 0),
    );
    const gate = (number: number, unit: number) => z[number * units + unit]!;
    c = c.map((old, u) => sigmoid(gate(1, u)) * old + sigmoid(gate(0, u)) * Math.tanh(gate(2, u)));
    h = c.map((cell, u) => sigmoid(gate(3, u)) * Math.tanh(cell));
  }
  return h;
}

it('an LSTM computed by hand gives the exported file’s embedding', async () => {
  const kernel = [
    [0.9, -0.3, 0.2, 1.1, -0.7, 0.4, 0.5, -1.2],
    [-0.1, 0.8, -0.6, 0.3, 1.3, -0.9, 0.7, 0.2],
    [0.4, -1.0, 0.6, -0.2, 0.1, 0.3, -0.8, 0.9],
  ];
  const recurrent = [
    [0.2, -0.5, 0.7, 0.1, -0.3, 0.6, 0.4, -0.9],
    [-0.4, 0.3, 0.1, -0.8, 0.5, 0.2, -0.6, 0.7],
  ];
  const bias = [0.1, -0.2, 1, 0.9, 0.3, -0.4, 0.6, -0.5];
  const model = tf.sequential({
    layers: [lstm({ units: 2, recurrentActivation: 'sigmoid', inputShape: [4, 3] }), softmaxHead()],
  });
  const [, , , head, headBias] = model.getWeights();
  model.setWeights([tf.tensor2d(kernel), tf.tensor2d(recurrent), tf.tensor1d(bias), head!, headBias!]);
  const sequence = [
    [1, -0.5, 0.25],
    [-0.75, 2, 0.5],
    [0.1, 0.2, -1.5],
    [1.2, -0.9, 0.4],
  ];
  const rows = Float32Array.from(sequence.flat());
  const path = join(folder, 'by-hand.onnx');
  await exportOnnx({ model, card: cardFor(model, { embeddingSize: 2 }), checkRows: rows, path });
  const { embedding } = await runFile(path, rows, [1, 4, 3]);
  const expected = lstmByHand(sequence, kernel, recurrent, bias);
  expected.forEach((value, i) => {
    expect(Math.abs(embedding[i]! - value)).toBeLessThanOrEqual(1e-6);
  });
});

it.each([
  ['same', 2, 9],
  ['valid', 3, 10],
] as const)('convolution and pooling along time agree, padding %s', async (padding, poolSize, steps) => {
  const layers = [
    tf.layers.conv1d({ filters: 5, kernelSize: 4, padding, activation: 'relu', inputShape: [steps, 3] }),
    tf.layers.maxPooling1d({ poolSize, padding }),
    tf.layers.conv1d({ filters: 4, kernelSize: 2, padding: 'same', dilationRate: 2, useBias: false }),
    tf.layers.globalAveragePooling1d(),
    softmaxHead(),
  ];
  expect(await differenceOf(tf.sequential({ layers: layers as tfjs.layers.Layer[] }), 4)).toBeLessThanOrEqual(
    1e-6,
  );
});

it('values joined in a graph agree: added, multiplied, averaged, side by side, weighed; other outputs are left out', async () => {
  const input = tf.input({ shape: [8, 3] });
  const along = (backwards: boolean) =>
    causalConvolution(tf, { filters: 4, width: 3, dilation: 2, backwards, name: `causal-${backwards}` });
  const [onwards, back] = [false, true].map((backwards) => along(backwards).apply(input)) as [
    tfjs.SymbolicTensor,
    tfjs.SymbolicTensor,
  ];
  const joined = [
    tf.layers.add().apply([onwards, back]),
    tf.layers.multiply().apply([onwards, back]),
    tf.layers.average().apply([onwards, back]),
    weightedSum(tf, { name: 'weighted' }).apply([back, onwards]),
  ] as tfjs.SymbolicTensor[];
  const beside = tf.layers.concatenate({ axis: -1 }).apply(joined) as tfjs.SymbolicTensor;
  const flat = tf.layers.flatten().apply(beside) as tfjs.SymbolicTensor;
  const outputs = [softmaxHead(), softmaxHead()].map((head) => head.apply(flat)) as tfjs.SymbolicTensor[];
  const model = tf.model({ inputs: input, outputs: outputs[0]! });
  expect(await differenceOf(model, 128)).toBeLessThanOrEqual(1e-6);
  const two = tf.model({ inputs: input, outputs });
  expect(await differenceOf(two, 128)).toBeLessThanOrEqual(1e-6);
});
