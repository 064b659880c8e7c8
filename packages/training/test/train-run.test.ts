import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Corpus } from '../src/corpus/corpus.js';
import { loadCorpus } from '../src/corpus/load.js';
import { loadTensorflow } from '../src/engine/backend.js';
import { RECIPES } from '../src/recipes/index.js';
import { buildRows } from '../src/rows/build-rows.js';
import { RUN_FILES } from '../src/run/run-folder.js';
import type { RunResult, TrainEvent, TrainRunOptions } from '../src/run/train-options.js';
import { trainRun } from '../src/run/train-run.js';
import { TONE_RECIPE, writeToneCorpus } from './support/tone-corpus.js';

let root: string;
let corpus: Corpus;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-run-'));
  await writeToneCorpus(join(root, 'tones'), 6);
  corpus = await loadCorpus(join(root, 'tones'));
});

afterAll(() => rm(root, { recursive: true }));

let runs = 0;

async function run(options: Partial<TrainRunOptions> = {}) {
  const events: TrainEvent[] = [];
  const outDir = options.outDir ?? join(root, `run-${runs++}`);
  const result = await trainRun({
    ...{ recipe: TONE_RECIPE, corpus, folds: 3, cacheFolder: null, engine: 'native' },
    ...options,
    outDir,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { result, events, outDir };
}

const json = async (folder: string, name: keyof typeof RUN_FILES) =>
  JSON.parse(await readFile(join(folder, RUN_FILES[name]), 'utf8'));

describe('a run', () => {
  let first: { result: RunResult; events: TrainEvent[]; outDir: string };

  // Without libtensorflow a run has no TensorBoard files, and says so.
  let runFiles: string[];

  beforeAll(async () => {
    const { backend } = await loadTensorflow();
    const whole = backend === 'tensorflow';
    runFiles = Object.values(RUN_FILES).filter((file) => whole || file !== RUN_FILES.tensorboard);
    first = await run();
  });

  test('learns to tell the tones of speakers it never heard', () => {
    const { result } = first;
    expect(result.uar).toBeGreaterThan(0.9);
    expect(result.protocol).toBe('speaker, fold 1 of 3');
    expect(result.exportDifference).toBeLessThanOrEqual(1e-5);
    expect(result.judgement.evaluation.testSpeakers).toHaveLength(2);
    expect(result.judgement.classificationReport).toContain('macro avg');
  });

  test('tells its story in order', () => {
    const kinds = first.events.map((event) => (event.kind === 'phase' ? event.phase : event.kind));
    const order = ['rows', 'progress', 'split', 'model', 'fit', 'epoch', 'evaluate', 'export', 'result'];
    expect([...new Set(kinds)].filter((kind) => kind !== 'note')).toEqual(order);
    const split = first.events.find((event) => event.kind === 'split');
    expect(split).toMatchObject({ split: { rows: { test: 24 }, caveat: '' } });
    const model = first.events.find((event) => event.kind === 'model');
    expect(model?.summary).toContain('Total params');
    const epoch = first.events.find((event) => event.kind === 'epoch');
    expect(epoch).toMatchObject({ record: { epoch: 1 }, epochs: 8 });
  });

  test('leaves a folder that says everything', async () => {
    const { outDir, result } = first;
    expect((await readdir(outDir)).sort()).toEqual(runFiles.sort());
    const lines = (await readFile(join(outDir, RUN_FILES.metrics), 'utf8')).trim().split('\n');
    const history = await json(outDir, 'history');
    expect(lines.map((line) => JSON.parse(line))).toEqual(history.epochs);
    expect(history.epochs).toHaveLength(result.epochs);
    const predictions = await json(outDir, 'predictions');
    expect(predictions.labels).toEqual(['angry', 'happy', 'sad']);
    expect(predictions.rows).toHaveLength(24);
    for (const row of predictions.rows) {
      expect(row.probabilities.reduce((sum: number, value: number) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(result.judgement.evaluation.testSpeakers).toContain(row.speaker);
    }
    const config = await json(outDir, 'config');
    expect(config).toMatchObject({ engine: 'native', plan: { seed: 0 }, corpus: { name: 'ravdess' } });
    expect(await json(outDir, 'result')).toEqual(JSON.parse(JSON.stringify(result)));
    if (runFiles.includes(RUN_FILES.tensorboard))
      expect(await readdir(join(outDir, RUN_FILES.tensorboard, 'validation'))).toHaveLength(1);
    expect(await readdir(join(outDir, RUN_FILES.checkpoints))).toHaveLength(2);
  });

  test('again with the same options gives the same file, with another seed another', async () => {
    const bytes = (folder: string) => readFile(join(folder, RUN_FILES.model));
    const second = await run();
    expect((await bytes(second.outDir)).equals(await bytes(first.outDir))).toBe(true);
    const other = await run({ seed: 1, epochs: 1 });
    expect((await bytes(other.outDir)).equals(await bytes(first.outDir))).toBe(false);
  });

  test('is not overwritten, and not resumed as something else', async () => {
    const { outDir } = first;
    await expect(run({ outDir })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(run({ outDir, resume: true, seed: 9 })).rejects.toMatchObject({ code: 'CHECKPOINT' });
    const again = await run({ outDir, resume: true });
    expect(again.result.judgement).toEqual(first.result.judgement);
  });

  test('aborted and resumed, it ends as if it had not been', async () => {
    const outDir = join(root, 'aborted');
    const controller = new AbortController();
    const aborting = run({
      outDir,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'epoch' && event.record.epoch === 3) controller.abort();
      },
    });
    await expect(aborting).rejects.toMatchObject({ code: 'ABORTED' });
    const { result } = await run({ outDir, resume: true });
    expect(result.epochs).toBe(first.result.epochs);
    const [mine, whole] = await Promise.all(
      [outDir, first.outDir].map((folder) => readFile(join(folder, RUN_FILES.model))),
    );
    expect(mine!.equals(whole!)).toBe(true);
  });
});

describe('protocols', () => {
  test('all folds: every recording is tested once and the sides are pooled', async () => {
    const { result, outDir } = await run({ fold: 'all', epochs: 3 });
    expect(result.foldResults).toHaveLength(3);
    expect(result.protocol).toBe('speaker, 3 folds pooled');
    expect(result.modelPath).toBeNull();
    const predictions = await json(outDir, 'predictions');
    expect(new Set(predictions.rows.map((row: { path: string }) => row.path)).size).toBe(72);
    expect(result.judgement.evaluation.testSpeakers).toHaveLength(6);
    const share = result.foldResults.reduce((sum, fold) => sum + fold.accuracy / 3, 0);
    expect(result.accuracy).toBeCloseTo(share, 10);
  });

  test('the published random protocol says what is wrong with it wherever its figure stands', async () => {
    const { result } = await run({ protocol: 'augmented-random', epochs: 1 });
    expect(result.caveat).toMatch(/no estimate of what the model does on new speech/);
    expect(result.judgement.evaluation.caveat).toBe(result.caveat);
  });

  test('one test speaker gives no interval, and says so', async () => {
    const { result } = await run({ testSpeakers: ['Actor_03'], epochs: 1 });
    expect(result.protocol).toBe('speaker, named speakers');
    expect(result.caveat).toContain('one speaker');
    await expect(run({ testSpeakers: ['Actor_03'], fold: 'all' })).rejects.toThrow(/received both/);
  });
});

describe('rows', () => {
  const recipe = { ...RECIPES['paper-final']!, augmentation: [...RECIPES['paper-final']!.augmentation] };

  test('are the same from the cache, whatever the order, and other with another seed', async () => {
    const cacheFolder = join(root, 'cache');
    const built = await buildRows(corpus, recipe, { seed: 1, cacheFolder });
    expect(built.cached).toBe(0);
    expect(built.table).toMatchObject({ rowShape: [13, 1], rowsPerRecording: 4 });
    const again = await buildRows(corpus, recipe, { seed: 1, cacheFolder });
    expect(again.cached).toBe(72);
    expect(again.table.inputs).toEqual(built.table.inputs);
    const reversed = {
      recordings: corpus.recordings.toReversed(),
      contentHashes: corpus.contentHashes.toReversed(),
    };
    const backwards = await buildRows(reversed, recipe, { seed: 1, cacheFolder: null });
    expect(backwards.table.inputs.slice(-52)).toEqual(built.table.inputs.slice(0, 52));
    const other = await buildRows(corpus, recipe, { seed: 2, cacheFolder });
    expect(other.table.inputs.slice(0, 13)).toEqual(built.table.inputs.slice(0, 13));
    for (const variant of [1, 2, 3]) {
      const part = (table: Float32Array) => table.slice(13 * variant, 13 * (variant + 1));
      expect(part(other.table.inputs)).not.toEqual(part(built.table.inputs));
      expect(part(built.table.inputs)).not.toEqual(built.table.inputs.slice(0, 13));
    }
  });

  test('a damaged cache file is made anew', async () => {
    const cacheFolder = join(root, 'damaged');
    const built = await buildRows(corpus, recipe, { seed: 1, cacheFolder });
    const [name] = await readdir(cacheFolder);
    const bytes = await readFile(join(cacheFolder, name!));
    bytes[40]! ^= 1;
    await writeFile(join(cacheFolder, name!), bytes);
    const again = await buildRows(corpus, recipe, { seed: 1, cacheFolder });
    expect(again.cached).toBeLessThan(72);
    expect(again.table.inputs).toEqual(built.table.inputs);
  });

  test('a recording that cannot be decoded is left out and named; the others train', async () => {
    const folder = join(root, 'broken');
    await cp(join(root, 'tones'), folder, { recursive: true });
    const broken = join(folder, 'Actor_01', '03-01-03-01-01-01-01.wav');
    await writeFile(broken, 'no audio');
    const { result, events } = await run({ corpus: await loadCorpus(folder), epochs: 1 });
    expect(result.problems).toEqual([{ path: broken, reason: expect.stringContaining('Cannot decode') }]);
    expect(events).toContainEqual({ kind: 'note', message: expect.stringContaining('is left out') });
  });

  test('aborting stops it', async () => {
    const signal = AbortSignal.abort();
    await expect(buildRows(corpus, recipe, { seed: 0, cacheFolder: null, signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});
