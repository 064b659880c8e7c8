import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InferenceSession } from 'onnxruntime-node';
import { loadCorpus } from '../src/corpus/load.js';
import { resolveLearner } from '../src/learners/index.js';
import { trainDiscriminant } from '../src/run/train-discriminant.js';
import type { TrainEvent } from '../src/run/train-options.js';
import { writeToneCorpus } from './support/tone-corpus.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-discriminant-'));
});

afterAll(() => rm(root, { recursive: true }));

async function train(speakers: number) {
  const folder = join(root, `tones-${speakers}`);
  await writeToneCorpus(folder, speakers);
  const events: TrainEvent[] = [];
  const result = await trainDiscriminant(resolveLearner('shrunken-lda-cepstrum'), {
    corpus: await loadCorpus(folder),
    outDir: join(root, `run-${speakers}`),
    cacheFolder: join(root, 'cache'),
    onEvent: (event) => events.push(event),
  });
  return { result, events };
}

test('is judged on speakers it has not heard and leaves one file with both answers', async () => {
  const { result } = await train(6);
  expect(result.protocol).toBe('speaker-6fold, out of fold');
  expect(result.uar).toBeGreaterThan(0.9);
  expect(result.exportDifference).toBeLessThanOrEqual(1e-5);
  expect((await stat(result.modelPath!)).size).toBeGreaterThan(1_000);
  const session = await InferenceSession.create(result.modelPath!);
  expect(session.inputNames).toEqual([
    ...['functionals', 'functionals.mean', 'functionals.deviation', 'speaker.weight'],
  ]);
  expect(session.outputNames).toContain('speakerProbabilities');
  await session.release();
});

test('leaves each speaker out in turn where there are fewer speakers than folds', async () => {
  const { result } = await train(4);
  expect(result.protocol).toBe('speaker-loso, out of fold');
  const { rows } = JSON.parse(await readFile(join(root, 'run-4/predictions.json'), 'utf8'));
  expect(rows[0].path).toMatch(/^Actor_\d\d\/03-/);
});

test('stops between folds when it is told to', async () => {
  const folder = join(root, 'tones-6');
  const stop = new AbortController();
  const training = trainDiscriminant(resolveLearner('shrunken-lda-cepstrum'), {
    corpus: await loadCorpus(folder),
    outDir: join(root, 'stopped'),
    cacheFolder: join(root, 'cache'),
    signal: stop.signal,
    onEvent: (event) => event.kind === 'fold' && event.fold === 1 && stop.abort(),
  });
  await expect(training).rejects.toMatchObject({ code: 'ABORTED' });
});

test('says so where there are too few speakers to keep any apart', async () => {
  const { result, events } = await train(2);
  expect(result.protocol).toBe('random-10fold, out of fold');
  expect(result.caveat).toContain('divided at random');
  expect(events).toContainEqual({ kind: 'note', message: expect.stringContaining('Only 2 speakers') });
});
