import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadCorpus } from '../src/corpus/load.js';
import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { resolveLearner } from '../src/learners/index.js';
import { columnScale, KernelSystem, kernelScores } from '../src/learners/kernel-machine.js';
import { shrunkenLda } from '../src/learners/shrunken-lda.js';
import { Random } from '../src/random.js';
import { trainDiscriminant } from '../src/run/train-discriminant.js';
import { writeToneCorpus } from './support/tone-corpus.js';

/** More rows than two blocks hold, and a rest. */
const [COUNT, SIZE, CLASSES, RIDGE] = [600, 6, 3, 0.02];

let tf: TensorFlow;
let root: string;
const classes = Int32Array.from({ length: COUNT }, (_, row) => (row % 7 === 0 ? 2 : row % 2));
const rows = new Float32Array(COUNT * SIZE);

beforeAll(async () => {
  ({ tf } = await loadTensorflow());
  root = await mkdtemp(join(tmpdir(), 'prosodia-nearness-'));
  const random = new Random(4, 'nearness');
  // Each class lies on a ring of its own about the others in two columns; the last column says nothing.
  for (let row = 0; row < COUNT; row++) {
    const turn = random.uniform(0, 2 * Math.PI);
    const radius = 0.3 + classes[row]! + 0.1 * random.normal();
    rows.set([radius * Math.cos(turn), radius * Math.sin(turn)], row * SIZE);
    for (let at = 2; at < SIZE; at++) rows[row * SIZE + at] = 0.2 * random.normal();
  }
});

afterAll(() => rm(root, { recursive: true }));

test('solves the equations it says, to the last row, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const scale = new Float32Array(SIZE).fill(0.9);
  const system = await KernelSystem.of(tf, rows, scale, classes, CLASSES);
  const machine = await system.solve(RIDGE);
  system.dispose();
  const scores = await kernelScores(tf, machine, rows);
  expect(tf.memory().numTensors).toBe(before);
  const members = [0, 1, 2].map((c) => classes.filter((own) => own === c).length);
  for (let row = 0; row < COUNT; row++) {
    const ridge = (RIDGE * CLASSES * members[classes[row]!]!) / COUNT;
    for (let c = 0; c < CLASSES; c++) {
      const target = (classes[row] === c ? 1 : 0) - 1 / CLASSES;
      const found = scores[row * CLASSES + c]! + ridge * machine.coefficients[row * CLASSES + c]!;
      expect(Math.abs(found - target)).toBeLessThan(2e-3);
    }
  }
});

test('tells rings apart that no plane divides', async () => {
  const half = COUNT / 2;
  const scale = new Float32Array(SIZE).fill(1.5);
  const known = rows.subarray(0, half * SIZE);
  const system = await KernelSystem.of(tf, known, scale, classes.subarray(0, half), CLASSES);
  const scores = await kernelScores(tf, await system.solve(0.01), rows.subarray(half * SIZE));
  system.dispose();
  let right = 0;
  for (let row = 0; row < half; row++) {
    const own = scores.subarray(row * CLASSES, (row + 1) * CLASSES);
    right += own.indexOf(Math.max(...own)) === classes[half + row] ? 1 : 0;
  }
  expect(right / half).toBeGreaterThan(0.9);
});

test('columns that tell the classes apart count more, and rows are at a mean squared distance of 1', () => {
  const told = rows.map((value, at) => (at % SIZE === 3 ? value + classes[Math.floor(at / SIZE)]! : value));
  const scale = columnScale(told, SIZE, classes, CLASSES);
  expect(scale[3]).toBe(Math.max(...scale));
  let sum = 0;
  for (let a = 0; a < COUNT; a++)
    for (let b = 0; b < COUNT; b++)
      for (let at = 0; at < SIZE; at++)
        sum += ((told[a * SIZE + at]! - told[b * SIZE + at]!) * scale[at]!) ** 2;
  expect(sum / COUNT ** 2).toBeCloseTo(1, 3);
});

test('becomes one file that answers as it does, with both branches', async () => {
  const folder = join(root, 'tones');
  await writeToneCorpus(folder, 6);
  const { inputs } = resolveLearner('shrunken-lda-cepstrum');
  const learner = shrunkenLda({ name: 'nearness', features: inputs.rows!, remember: true });
  const result = await trainDiscriminant(learner, {
    ...{ corpus: await loadCorpus(folder), outDir: join(root, 'run'), cacheFolder: join(root, 'cache') },
  });
  expect(result.uar).toBeGreaterThan(0.9);
  expect(result.exportDifference).toBeLessThanOrEqual(1e-5);
  const size = inputs.rows!.shape[0]!;
  const { length } = JSON.parse(await readFile(join(root, 'run/predictions.json'), 'utf8')).rows;
  // Two branches: what is remembered, the columns' scale and the last layer.
  const labels = Object.keys(result.judgement.evaluation.recalls).length;
  expect(result.parameters).toBe(2 * (length * size + size + (length + 1) * labels));
});

test('has no second head', () => {
  const { inputs } = resolveLearner('base');
  const frames = { input: inputs.frames!, patches: { width: 8, stride: 2, dims: 10, words: 4 } };
  expect(() => shrunkenLda({ name: 'both', features: inputs.rows!, frames, remember: true })).toThrow(
    'no frames',
  );
});
