import { beforeAll, expect, test } from '@jest/globals';
import type { ModelCard } from '@prosodia/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadTensorflow, type TensorFlow } from '../src/engine/backend.js';
import { floatValue, GraphBuilder } from '../src/export/graph-builder.js';
import { encodeGraph, encodeModel } from '../src/export/onnx-file.js';
import { addPatchSummary } from '../src/export/patch-graph.js';
import { learnPatches } from '../src/learners/learn-patches.js';
import { type PatchDictionary, patchSummaries } from '../src/learners/patch-dictionary.js';
import { Random } from '../src/random.js';

const [FRAMES, BANDS, CLIPS] = [30, 4, 12];
const OPTIONS = { width: 4, stride: 2, dims: 10, words: 12 };

/** Digits: beside a word the root of a small difference magnifies its rounding. */
const CLOSE = 3;

/** Only carried along: this graph is no whole model. */
const CARD = { software: {} } as unknown as ModelCard;

let tf: TensorFlow;
let rows: Float32Array;
let dictionary: PatchDictionary;

beforeAll(async () => {
  ({ tf } = await loadTensorflow());
  rows = clips();
  dictionary = learnPatches(tf, rows, [FRAMES, BANDS + 1], OPTIONS, new Random(1, 'patches'));
});

/** Tones that rise in the even clips and fall in the odd ones, each in the middle of its row. */
function clips(): Float32Array {
  const random = new Random(0, 'clips');
  const all = new Float32Array(CLIPS * FRAMES * (BANDS + 1));
  for (let clip = 0; clip < CLIPS; clip++)
    for (let frame = 4; frame < FRAMES - 4 - clip; frame++) {
      const at = (clip * FRAMES + frame) * (BANDS + 1);
      const band = (clip % 2 === 0 ? frame : FRAMES - frame) % BANDS;
      for (let b = 0; b < BANDS; b++) all[at + b] = (b === band ? 5 : 0) + 0.3 * random.normal();
      all[at + BANDS] = 1;
    }
  return all;
}

test('rising and falling clips are told apart, whatever their level', async () => {
  const size = 2 * dictionary.words;
  const found = await patchSummaries(tf, dictionary, rows);
  const louder = rows.map((value, at) =>
    (at + 1) % (BANDS + 1) !== 0 && rows[at - (at % (BANDS + 1)) + BANDS]! > 0 ? value + 7 : value,
  );
  const again = await patchSummaries(tf, dictionary, louder);
  for (const [at, value] of found.entries()) expect(again[at]).toBeCloseTo(value, CLOSE);
  const distance = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (found[a * size + i]! - found[b * size + i]!) ** 2;
    return Math.sqrt(sum);
  };
  expect(distance(0, 2)).toBeLessThan(0.5 * distance(0, 1));
  expect(distance(1, 3)).toBeLessThan(0.5 * distance(1, 2));
});

test('a clip alone has the summary it has among others', async () => {
  const size = FRAMES * (BANDS + 1);
  const all = await patchSummaries(tf, dictionary, rows);
  const alone = await patchSummaries(tf, dictionary, rows.slice(size, 2 * size));
  for (const [at, value] of alone.entries()) expect(all[2 * dictionary.words + at]).toBeCloseTo(value, 5);
});

test('silence has a summary of zeros', async () => {
  const silent = await patchSummaries(tf, dictionary, new Float32Array(FRAMES * (BANDS + 1)));
  expect(silent.every((value) => value === 0)).toBe(true);
});

test('ONNX Runtime sums clips up as training does', async () => {
  const graph = new GraphBuilder();
  addPatchSummary(graph, 'frames', 'patches', dictionary);
  const built = graph.build(
    'patches',
    [floatValue('frames', ['batch', FRAMES, BANDS + 1])],
    [floatValue('patches', ['batch', 2 * dictionary.words])],
  );
  const session = await InferenceSession.create(encodeModel(encodeGraph(built), CARD));
  const out = await session.run({ frames: new Tensor('float32', rows, [CLIPS, FRAMES, BANDS + 1]) });
  const expected = await patchSummaries(tf, dictionary, rows);
  for (const [at, value] of (out.patches!.data as Float32Array).entries())
    expect(value).toBeCloseTo(expected[at]!, CLOSE);
  await session.release();
});

test('clips too short for a patch are refused', () => {
  const short = new Float32Array(FRAMES * (BANDS + 1));
  short.fill(1, 0, 2 * (BANDS + 1));
  expect(() => learnPatches(tf, short, [FRAMES, BANDS + 1], OPTIONS, new Random(1))).toThrow(
    /at least 4 frames/,
  );
});
