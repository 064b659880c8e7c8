import { describe, expect, test } from '@jest/globals';
import { ProsodiaError } from '@prosodia/contracts';
import { loadTensorflow } from '../src/engine/backend.js';
import { createEngine } from '../src/engine/create-engine.js';
import type { Checkpoint } from '../src/fit/checkpoint-file.js';
import { afterEpoch, NOTHING_SEEN } from '../src/fit/early-stopping.js';
import { type FitOptions, fit } from '../src/fit/fit.js';
import type { EpochRecord } from '../src/fit/history.js';
import { modelWeights } from '../src/fit/model-weights.js';
import { buildModel } from '../src/models/build-model.js';
import type { ModelSpec } from '../src/models/model-spec.js';
import { Random } from '../src/random.js';
import { fitScaler } from '../src/rows/fit-scaler.js';

const ROW = [4, 1];
const CLASSES = 3;

/** Rows whose class shows in their level, with noise. */
function rows(count: number, seed: number) {
  const random = new Random(seed, 'rows');
  const classes = Int32Array.from({ length: count }, (_, row) => row % CLASSES);
  const inputs = Float32Array.from(
    { length: count * 4 },
    (_, index) => classes[index >> 2]! - 1 + 0.6 * random.normal(),
  );
  return { inputs, classes };
}

interface Trained {
  readonly history: readonly EpochRecord[];
  readonly weights: Float32Array[];
  readonly checkpoints: Checkpoint[];
  readonly ended: string;
  readonly bestEpoch: number;
}

async function train(change: Partial<FitOptions> = {}, learningRate = 0.03): Promise<Trained> {
  const { tf, backend } = await loadTensorflow();
  const spec: ModelSpec = { kind: 'lstm', lstm: [5], dense: [4], dropout: 0.2 };
  const model = buildModel(tf, spec, { rowShape: ROW, classes: CLASSES }, 7);
  const data = rows(50, 1);
  const optimizer = { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
  const options = { batchSize: 8, optimizer, seed: 5 };
  const engine = await createEngine(backend, model, { ...data, rowShape: ROW, classCount: CLASSES }, options);
  const weights = modelWeights(tf, model);
  const checkpoints: Checkpoint[] = [];
  try {
    const result = await fit({
      ...{ engine, weights, trainRows: 50, classes: CLASSES, validation: rows(30, 2) },
      ...{ epochs: 6, patience: 6, monitor: 'loss', seed: 11, identity: 'test' },
      onEpoch: async (_, checkpoint) => {
        checkpoints.push({ ...checkpoint, history: [...checkpoint.history] });
      },
      ...change,
    });
    return { ...result, weights: weights.read(), checkpoints };
  } finally {
    engine.dispose();
    model.dispose();
  }
}

const timeless = (history: readonly EpochRecord[]) => history.map(({ seconds: _, ...record }) => record);

describe('fit', () => {
  test('learns, records both sides, ends with the best weights', async () => {
    const { history, weights, checkpoints, bestEpoch, ended } = await train({ epochs: 12, patience: 12 });
    expect(history).toHaveLength(12);
    expect(ended).toBe('epochs');
    expect(history.at(-1)!.train.loss).toBeLessThan(0.8 * history[0]!.train.loss);
    expect(history.at(-1)!.validation.accuracy).toBeGreaterThan(0.6);
    const losses = history.map((record) => record.validation.loss);
    expect(bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(weights).toEqual(checkpoints[bestEpoch - 1]!.weights);
    expect(history.map((record) => record.best)).toEqual(
      losses.map((loss, index) => losses.slice(0, index).every((before) => loss < before)),
    );
  });

  test('the same seed twice gives the same weights and history', async () => {
    const [first, second] = [await train(), await train()];
    expect(second.weights).toEqual(first.weights);
    expect(timeless(second.history)).toEqual(timeless(first.history));
    const other = await train({ seed: 12 });
    expect(other.weights).not.toEqual(first.weights);
  });

  test('resumed from any epoch, it ends in the same weights', async () => {
    const whole = await train();
    for (const after of [1, 4, 6]) {
      const resumed = await train({ resume: whole.checkpoints[after - 1]! });
      expect(resumed.weights).toEqual(whole.weights);
      expect(timeless(resumed.history)).toEqual(timeless(whole.history));
    }
  });

  test('a checkpoint of another run or model is refused', async () => {
    const { checkpoints } = await train({ epochs: 1 });
    const [resume] = checkpoints as [Checkpoint];
    await expect(train({ resume, identity: 'other' })).rejects.toMatchObject({ code: 'CHECKPOINT' });
    const smaller = { ...resume, weights: resume.weights.slice(1) };
    await expect(train({ resume: smaller })).rejects.toThrow(/weights do not fit/);
  });

  test('patience ends it; an abort keeps every whole epoch and the best weights', async () => {
    const patient = await train({ epochs: 40, patience: 2, monitor: 'accuracy' });
    expect(patient.ended).toBe('patience');
    expect(patient.history.length).toBe(patient.bestEpoch + 2);
    const controller = new AbortController();
    const kept: Checkpoint[] = [];
    const aborted = await train({
      signal: controller.signal,
      onEpoch: async (record, checkpoint) => {
        kept.push(checkpoint);
        if (record.epoch === 2) controller.abort();
      },
    });
    expect(aborted.ended).toBe('aborted');
    expect(kept).toHaveLength(2);
    expect(aborted.weights).toEqual(kept[1]!.bestWeights);
  });

  test('a loss that is no number is a MODEL error', async () => {
    const diverged = await train({}, 1e37).catch((error: unknown) => error);
    expect(diverged).toBeInstanceOf(ProsodiaError);
    expect((diverged as ProsodiaError).code).toBe('MODEL');
  });
});

describe('early stopping', () => {
  test('accuracy and macro F1 rise, loss falls; equal is no improvement', () => {
    const scores = (loss: number, accuracy: number) => ({ loss, accuracy, macroF1: accuracy });
    let state = afterEpoch(NOTHING_SEEN, 'accuracy', { epoch: 1, validation: scores(1, 0.5) });
    state = afterEpoch(state, 'accuracy', { epoch: 2, validation: scores(0.5, 0.5) });
    expect(state).toEqual({ best: 0.5, bestEpoch: 1, waited: 1 });
    state = afterEpoch(state, 'macroF1', { epoch: 3, validation: scores(2, 0.6) });
    expect(state).toEqual({ best: 0.6, bestEpoch: 3, waited: 0 });
    const loss = afterEpoch({ best: 0.4, bestEpoch: 1, waited: 0 }, 'loss', {
      epoch: 2,
      validation: scores(0.3, 0),
    });
    expect(loss.bestEpoch).toBe(2);
  });
});

describe('the scaler', () => {
  test('brings its own rows to mean 0 and deviation 1; constant columns to 0', () => {
    const inputs = Float32Array.from({ length: 300 }, (_, index) =>
      index % 3 === 2 ? 5 : index * (1 + (index % 3)),
    );
    const { mean, scale } = fitScaler(inputs, 3);
    for (let column = 0; column < 3; column++) {
      const values = [...inputs].filter((_, index) => index % 3 === column);
      const scaled = values.map((value) => (value - mean[column]!) / scale[column]!);
      expect(scaled.reduce((sum, value) => sum + value, 0) / 100).toBeCloseTo(0, 4);
      const variance = scaled.reduce((sum, value) => sum + value ** 2, 0) / 100;
      expect(variance).toBeCloseTo(column === 2 ? 0 : 1, 4);
    }
  });
});
