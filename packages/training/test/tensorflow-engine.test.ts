import { loadTensorflow, type TensorFlow, type TensorflowBackend } from '../src/engine/backend.js';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import { dropoutMask } from './support/dropout-mask.js';
import { buildModel, inOrder, makeRows, OPTIONS, SMALL, weightBytes } from './support/engine-models.js';

let tf: TensorFlow;
// Where libtensorflow is not, the same engine runs on the WebAssembly kernels.
let backend: TensorflowBackend;
const rows = makeRows(70);
const order = inOrder(70);

beforeAll(async () => {
  ({ tf, backend } = await loadTensorflow());
});

async function trained(epochs: number): Promise<{ bytes: Buffer; losses: number[] }> {
  const model = buildModel(tf);
  const engine = await createEngine(backend, model, rows, OPTIONS);
  const losses: number[] = [];
  for (let i = 0; i < epochs; i++) losses.push((await engine.epoch(order)).loss);
  const bytes = weightBytes(model);
  engine.dispose();
  model.dispose();
  return { bytes, losses };
}

describe('tensorflow engine', () => {
  test('learns, and counts every row once in the confusion matrix', async () => {
    const model = buildModel(tf);
    const engine = await createEngine(backend, model, rows, OPTIONS);
    const first = await engine.epoch(order);
    for (let i = 0; i < 8; i++) await engine.epoch(order);
    const last = await engine.epoch(order);
    expect(last.loss).toBeLessThan(first.loss * 0.8);
    expect(last.confusion.reduce((a, b) => a + b)).toBe(70);
    for (let label = 0; label < rows.classCount; label++) {
      const counted = last.confusion.subarray(label * rows.classCount, (label + 1) * rows.classCount);
      expect(counted.reduce((a, b) => a + b)).toBe(rows.classes.filter((value) => value === label).length);
    }
  });

  test('takes the same steps again from the same seed', async () => {
    const [one, two] = [await trained(3), await trained(3)];
    expect(two.losses).toEqual(one.losses);
    expect(two.bytes.equals(one.bytes)).toBe(true);
  });

  test('continues from a saved state as if never interrupted', async () => {
    const whole = await trained(4);
    const model = buildModel(tf);
    const before = await createEngine(backend, model, rows, OPTIONS);
    await before.epoch(order);
    await before.epoch(order);
    const state = await before.saveState();
    const copy = buildModel(tf, SMALL, 99);
    copy.setWeights(model.getWeights());
    const after = await createEngine(backend, copy, rows, OPTIONS);
    await after.restoreState(state);
    await after.epoch(order);
    await after.epoch(order);
    expect(weightBytes(copy).equals(whole.bytes)).toBe(true);
  });

  test('predicts what the model predicts', async () => {
    const model = buildModel(tf);
    const engine = await createEngine(backend, model, rows, OPTIONS);
    const predicted = await engine.predict(rows.inputs);
    const expected = tf.tidy(() =>
      (model.predict(tf.tensor(rows.inputs, [70, 7, 3])) as ReturnType<typeof tf.tensor>).dataSync(),
    );
    expect(predicted).toHaveLength(70 * 5);
    const gap = predicted.map((value, index) => Math.abs(value - expected[index]!));
    expect(Math.max(...gap)).toBeLessThan(1e-6);
  });

  test('an aborted epoch leaves weights and state of the last epoch', async () => {
    const model = buildModel(tf);
    const engine = await createEngine(backend, model, rows, OPTIONS);
    await engine.epoch(order);
    const weights = weightBytes(model);
    const state = await engine.saveState();
    const controller = new AbortController();
    // Long enough an order that the epoch gives timers a turn.
    const long = Int32Array.from({ length: 7000 }, (_, index) => index % 70);
    const running = engine.epoch(long, controller.signal);
    setTimeout(() => controller.abort(), 1);
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    expect(weightBytes(model).equals(weights)).toBe(true);
    expect(await engine.saveState()).toEqual(state);
    await engine.epoch(order);
  });

  test('leaks no tensor in 200 epochs', async () => {
    const model = buildModel(tf);
    const engine = await createEngine(backend, model, rows, OPTIONS);
    await engine.epoch(order);
    const before = tf.memory().numTensors;
    // A whole batch and a smaller one each.
    for (let i = 0; i < 200; i++) await engine.epoch(inOrder(20));
    await engine.predict(rows.inputs);
    await engine.gradients(order);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what batch normalisation has seen is learnt by whole epochs alone', async () => {
    const layers = [
      tf.layers.lstm({ units: 6, returnSequences: true, recurrentActivation: 'sigmoid', inputShape: [7, 3] }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, activation: 'softmax' }),
    ];
    const model = tf.sequential({ layers });
    const seen = () => Array.from(layers[1]!.getWeights().at(-1)!.dataSync());
    const engine = await createEngine('auto', model, rows, OPTIONS);
    expect(engine.name).toBe(backend);
    await engine.gradients(order);
    expect(seen()).toEqual(Array(6).fill(1));
    const losses = [];
    for (let i = 0; i < 5; i++) losses.push((await engine.epoch(order)).loss);
    expect(losses[4]).toBeLessThan(losses[0]!);
    const after = seen();
    expect(after.every((variance) => variance < 1)).toBe(true);
    await expect(engine.epoch(order, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    expect(seen()).toEqual(after);
    engine.dispose();
  });

  test('refuses a second epoch while one runs, and what does not fit', async () => {
    const model = buildModel(tf);
    const engine = await createEngine(backend, model, rows, OPTIONS);
    const running = engine.epoch(order);
    await expect(engine.epoch(order)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await running;
    await expect(engine.epoch(Int32Array.of(70))).rejects.toThrow('order[0] is 70');
    await expect(engine.restoreState({ step: 1, slots: [] })).rejects.toThrow('optimizer slots');
    await expect(createEngine(backend, model, { ...rows, rowShape: [3, 7] }, OPTIONS)).rejects.toMatchObject({
      code: 'MODEL',
    });
    await expect(createEngine(backend, model, rows, { ...OPTIONS, batchSize: 0 })).rejects.toThrow(
      'batchSize',
    );
    const other = backend === 'wasm' ? 'tensorflow' : 'wasm';
    await expect(selectEngine(other, model)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('dropout mask', () => {
  const key = { seed: 1, step: 1, layer: 1 };

  test('keeps the share it should, scaled to keep the mean', () => {
    const mask = dropoutMask(200_000, 0.3, key);
    const kept = mask.filter((value) => value > 0);
    expect(Math.abs(kept.length / mask.length - 0.7)).toBeLessThan(0.005);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.7)]));
  });

  test.each([
    ['seed', { ...key, seed: 2 }],
    ['step', { ...key, step: 2 }],
    ['layer', { ...key, layer: 2 }],
  ])('another %s gives an unrelated mask', (_, other) => {
    const [a, b] = [dropoutMask(50_000, 0.5, key), dropoutMask(50_000, 0.5, other)];
    const agree = a.filter((value, index) => value === b[index]).length / a.length;
    expect(Math.abs(agree - 0.5)).toBeLessThan(0.02);
  });
});
