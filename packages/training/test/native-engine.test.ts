import { nativeAddon } from '@prosodia/native';
import type * as tfjs from '@tensorflow/tfjs';
import { loadTensorflow, type TensorFlow, type TensorflowBackend } from '../src/engine/backend.js';
import { createEngine, selectEngine } from '../src/engine/create-engine.js';
import type { EngineOptions } from '../src/engine/engine.js';
import { nativeSupports } from '../src/engine/native-model.js';
import { dropoutMask } from './support/dropout-mask.js';
import { buildModel, inOrder, makeRows, OPTIONS, SMALL, weightBytes } from './support/engine-models.js';

let tf: TensorFlow;
let backend: TensorflowBackend;
const rows = makeRows(70);
const order = inOrder(70);

beforeAll(async () => {
  ({ tf, backend } = await loadTensorflow());
});

async function trained(epochs: number, options: EngineOptions = OPTIONS) {
  const model = buildModel(tf);
  const engine = await createEngine('native', model, rows, options);
  const losses: number[] = [];
  for (let i = 0; i < epochs; i++) losses.push((await engine.epoch(order)).loss);
  engine.dispose();
  return { model, losses, bytes: weightBytes(model) };
}

function furthest(a: Float32Array, b: Float32Array): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / scale;
}

describe('native engine', () => {
  test('walks the same path as the tensorflow engine, dropout and partial batches included', async () => {
    const [mine, theirs] = [buildModel(tf), buildModel(tf)];
    const native = await createEngine('native', mine, rows, OPTIONS);
    const reference = await createEngine(backend, theirs, rows, OPTIONS);
    for (const batch of [inOrder(16), Int32Array.of(3, 69, 4, 4, 50)]) {
      const [a, b] = [await native.gradients(batch), await reference.gradients(batch)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(2e-6);
      for (const [i, gradient] of a.gradients.entries())
        expect(furthest(gradient, b.gradients[i]!)).toBeLessThan(2e-6);
    }
    for (let epoch = 0; epoch < 3; epoch++) {
      const [a, b] = [await native.epoch(order), await reference.epoch(order)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-4);
      expect(a.confusion.reduce((x, y) => x + y)).toBe(70);
    }
    const [p, q] = [await native.predict(rows.inputs), await reference.predict(rows.inputs)];
    expect(furthest(p, q)).toBeLessThan(1e-3);
    const [s, t] = [await native.saveState(), await reference.saveState()];
    expect(s.step).toBe(t.step);
    expect(s.slots.map((slot) => slot.length)).toEqual(t.slots.map((slot) => slot.length));
  });

  test('gives the same bytes again, and on any number of threads', async () => {
    const one = await trained(3, { ...OPTIONS, threads: 1 });
    for (const threads of [1, 2, 5]) {
      const other = await trained(3, { ...OPTIONS, threads });
      expect(other.losses).toEqual(one.losses);
      expect(other.bytes.equals(one.bytes)).toBe(true);
    }
    const seeded = await trained(3, { ...OPTIONS, seed: 43 });
    expect(seeded.losses).not.toEqual(one.losses);
  });

  test('predicts what the model predicts, for any number of rows', async () => {
    const { model } = await trained(2);
    const engine = await createEngine('native', model, rows, OPTIONS);
    const x = tf.tensor(rows.inputs, [70, 7, 3]);
    const expected = (model.predict(x) as typeof x).dataSync() as Float32Array;
    expect(furthest(await engine.predict(rows.inputs), expected)).toBeLessThan(2e-6);
    const three = await engine.predict(rows.inputs.subarray(0, 63));
    expect(furthest(three, expected.subarray(0, 15))).toBeLessThan(2e-6);
    expect(await engine.predict(new Float32Array(0))).toHaveLength(0);
  });

  test('predicts the same bytes on any number of threads, however they race', async () => {
    const { model } = await trained(1);
    const alone = await createEngine('native', model, rows, { ...OPTIONS, threads: 1 });
    const crowd = await createEngine('native', model, rows, { ...OPTIONS, threads: 5 });
    const expected = await alone.predict(rows.inputs);
    for (let i = 0; i < 300; i++) expect(await crowd.predict(rows.inputs)).toEqual(expected);
  });

  test('continues from a saved state as if never interrupted', async () => {
    const whole = await trained(4);
    const half = buildModel(tf);
    const before = await createEngine('native', half, rows, OPTIONS);
    await before.epoch(order);
    await before.epoch(order);
    const copy = buildModel(tf, SMALL, 99);
    copy.setWeights(half.getWeights());
    const after = await createEngine('native', copy, rows, { ...OPTIONS, threads: 1 });
    await after.restoreState(await before.saveState());
    await after.epoch(order);
    await after.epoch(order);
    expect(weightBytes(copy).equals(whole.bytes)).toBe(true);
  });

  test('an aborted epoch leaves weights and state of the last epoch', async () => {
    const model = buildModel(tf);
    const engine = await createEngine('native', model, rows, OPTIONS);
    await engine.epoch(order);
    const weights = weightBytes(model);
    const state = await engine.saveState();
    const controller = new AbortController();
    const running = engine.epoch(
      Int32Array.from({ length: 2_000_000 }, (_, i) => i % 70),
      controller.signal,
    );
    setTimeout(() => controller.abort(), 5);
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(engine.epoch(order, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    expect(weightBytes(model).equals(weights)).toBe(true);
    expect(await engine.saveState()).toEqual(state);
    const undisturbed = await trained(2);
    await engine.epoch(order);
    expect(weightBytes(model).equals(undisturbed.bytes)).toBe(true);
  });

  test('hears of weights set between epochs', async () => {
    const { model, bytes } = await trained(1);
    const engine = await createEngine('native', buildModel(tf), rows, OPTIONS);
    const other = buildModel(tf, SMALL, 99);
    const again = await createEngine('native', other, rows, OPTIONS);
    other.setWeights(buildModel(tf).getWeights());
    await again.epoch(order);
    expect(weightBytes(other).equals(bytes)).toBe(true);
    engine.dispose();
    model.dispose();
  });

  test('refuses what does not fit, and two things at once', async () => {
    const model = buildModel(tf);
    const engine = await createEngine('native', model, rows, OPTIONS);
    const running = engine.epoch(order);
    await expect(engine.epoch(order)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(engine.saveState()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await running;
    await expect(engine.epoch(Int32Array.of(-1))).rejects.toThrow('received -1');
    await expect(engine.epoch(new Int32Array(0))).rejects.toThrow('at least one row');
    await expect(engine.predict(new Float32Array(22))).rejects.toThrow('rows of 21');
    await expect(engine.gradients(inOrder(17))).rejects.toThrow('at most batchSize');
    await expect(engine.restoreState({ step: 0, slots: [new Float32Array(1)] })).rejects.toThrow('slots');
    engine.dispose();
    await expect(engine.epoch(order)).rejects.toThrow('disposed');
  });

  test('is busy until the weights are stored, not only until the addon has finished', async () => {
    const engine = await createEngine('native', buildModel(tf), rows, OPTIONS);
    const running = engine.epoch(order);
    // Holds the event loop: the epoch ends on its thread, and its promise cannot settle meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await expect(engine.epoch(order)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(running).resolves.toMatchObject({ loss: expect.any(Number) });
    engine.dispose();
  });

  test('neither memory nor tensors grow over epochs and engines', async () => {
    const model = buildModel(tf);
    const measure = async (epochs: number) => {
      const engine = await createEngine('native', model, rows, OPTIONS);
      for (let i = 0; i < epochs; i++) await engine.epoch(order);
      engine.dispose();
    };
    await measure(50);
    const tensors = tf.memory().numTensors;
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10; i++) await measure(20);
    expect(tf.memory().numTensors).toBe(tensors);
    // A leak of one network (about 0.5 MB) per engine or of one weight copy per epoch would show.
    expect(process.memoryUsage().rss - before).toBeLessThan(24 * 2 ** 20);
  });
});

describe('choice of engine', () => {
  test('says why the native engine cannot train a model', () => {
    const { layers } = tf;
    const model = (...list: Parameters<typeof tf.sequential>[0]['layers']) => tf.sequential({ layers: list });
    const end = () => layers.dense({ units: 2, activation: 'softmax' });
    expect(nativeSupports(buildModel(tf))).toBe(true);
    expect(nativeSupports(model(layers.lstm({ units: 2, inputShape: [2, 2] }), end()))).toContain(
      'recurrentActivation',
    );
    expect(nativeSupports(model(layers.gru({ units: 2, inputShape: [2, 2] }), end()))).toContain('GRU');
    expect(
      nativeSupports(model(layers.dense({ units: 2, inputShape: [2], activation: 'elu' }), end())),
    ).toContain('elu');
    const penalised = layers.dense({ units: 2, inputShape: [2], kernelRegularizer: 'l1l2' });
    expect(nativeSupports(model(penalised, end()))).toContain('kernelRegularizer');
  });

  test('auto is native where that is possible', async () => {
    expect(await selectEngine('auto', buildModel(tf))).toBe('native');
    const gru = tf.sequential({
      layers: [
        tf.layers.gru({ units: 2, inputShape: [7, 3] }),
        tf.layers.dense({ units: 5, activation: 'softmax' }),
      ],
    });
    expect(await selectEngine('auto', gru)).toBe(backend);
    await expect(selectEngine('native', gru)).rejects.toMatchObject({ code: 'MODEL' });
  });
});

test('batch normalisation: the same bytes on any number of threads, and gradients leave what was seen alone', async () => {
  const train = async (threads: number) => {
    const model = tf.sequential({
      layers: [
        tf.layers.batchNormalization({ inputShape: [7, 3] }),
        tf.layers.lstm({ units: 20, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' }),
        tf.layers.batchNormalization(),
        tf.layers.dense({ units: 5, activation: 'softmax' }),
      ],
    });
    const start = buildModel(tf, SMALL, 9).getWeights();
    const [kernel, recurrent] = start as [tfjs.Tensor, tfjs.Tensor];
    model.layers[1]!.setWeights([kernel, recurrent, start[2]!]);
    model.layers[3]!.setWeights([tf.fill([20, 5], 0.1), tf.zeros([5])]);
    const engine = await createEngine('native', model, rows, { ...OPTIONS, threads });
    const before = weightBytes(model);
    await engine.gradients(inOrder(9));
    expect(weightBytes(model).equals(before)).toBe(true);
    // The last batch has fewer rows than there are threads.
    for (let epoch = 0; epoch < 3; epoch++) await engine.epoch(inOrder(17));
    engine.dispose();
    return weightBytes(model);
  };
  const one = await train(1);
  for (const threads of [2, 3]) expect((await train(threads)).equals(one)).toBe(true);
});

test('soft labels, class weights and weight decay are checked before anything is trained', async () => {
  const model = buildModel(tf);
  const refuses = (rows: object, options: object, message: string) =>
    expect(
      createEngine('native', model, { ...makeRows(2), ...rows }, { ...OPTIONS, ...options }),
    ).rejects.toThrow(message);
  await refuses({ targets: new Float32Array(9) }, {}, '2 × 5 values for targets');
  await refuses({ targets: new Float32Array(10) }, {}, 'sum to 1 in each row but row 0');
  await refuses({}, { classWeights: [1, 1] }, '5 numbers above 0 for classWeights');
  await refuses({}, { classWeights: [1, 1, 1, 1, 0] }, '5 numbers above 0 for classWeights');
  await refuses({}, { optimizer: { ...OPTIONS.optimizer, weightDecay: 0.1 } }, 'no weightDecay with adam');
  await refuses({}, { optimizer: { ...OPTIONS.optimizer, kind: 'adamw' } }, 'weightDecay of adamw');
});

test('the addon draws the same dropout masks', () => {
  for (const [length, rate, seed, step, layer] of [
    [1000, 0.2, 7, 1, 1],
    [33, 0.5, 0xffffffff, 70_000, 9],
    [257, 0, 1, 2, 3],
  ] as const) {
    const mine = nativeAddon().dropout(new Float32Array(length).fill(1), rate, seed, step, layer);
    expect(mine).toEqual(dropoutMask(length, rate, { seed, step, layer }));
  }
});
