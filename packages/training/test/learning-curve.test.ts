import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { createEngine } from '../src/engine/create-engine.js';
import type { EngineName } from '../src/engine/engine.js';
import { Random } from '../src/random.js';
import { buildModel, makeRows, OPTIONS } from './support/engine-models.js';

const EPOCHS = 12;
const rows = makeRows(150);
const held = makeRows(60);

let tf: TensorFlow;
let backend: EngineName;
beforeAll(async () => {
  ({ tf, backend } = await loadTensorflow());
});

/** Training loss and loss on other rows after each epoch, dropout and shuffling included. */
async function curve(name: EngineName, threads: number): Promise<[number, number][]> {
  const model = buildModel(tf);
  const engine = await createEngine(name, model, rows, { ...OPTIONS, threads });
  const points: [number, number][] = [];
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const { loss } = await engine.epoch(new Random(5, 'shuffle', epoch).permutation(150));
    const probabilities = await engine.predict(held.inputs);
    const sum = held.classes.reduce(
      (total, label, row) => total - Math.log(probabilities[row * held.classCount + label]!),
      0,
    );
    points.push([loss, sum / 60]);
  }
  engine.dispose();
  model.dispose();
  return points;
}

// Sums are taken in another order; each of the 120 Adam steps stretches what differs.
const FURTHEST = 5e-5;

test('every engine draws the same learning curve from the same seed', async () => {
  const native = await curve('native', 1);
  expect(await curve('native', 2)).toEqual(native);
  expect(native.at(-1)![0]).toBeLessThan(0.7 * native[0]![0]);
  const other = await curve(backend, 1);
  const gaps = native.flatMap((point, epoch) =>
    point.map((loss, side) => Math.abs(loss - other[epoch]![side]!)),
  );
  expect(Math.max(...gaps)).toBeLessThan(FURTHEST);
});
