import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TONE_RECIPE, writeToneCorpus } from './support/tone-corpus.js';

const PROGRAM = `
const { loadCorpus, trainRun } = await import(process.argv[1]);
const corpus = await loadCorpus(process.argv[2]);
const onEvent = (event) => {
  if (event.kind === 'epoch') console.log('epoch', event.record.epoch);
  if (event.kind === 'note') console.log(event.message);
};
await trainRun({ ...JSON.parse(process.argv[3]), corpus, onEvent });
`;

const library = new URL('../dist/index.js', import.meta.url).href;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-killed-'));
  await writeToneCorpus(join(root, 'tones'), 6);
});

afterAll(() => rm(root, { recursive: true }));

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Trains in a process of its own, which is killed when it has said `killAt`. */
function train(outDir: string, resume: boolean, killAt?: string): Promise<Ended> {
  const options = { recipe: TONE_RECIPE, folds: 3, cacheFolder: null, engine: 'native', outDir, resume };
  const child: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, library, join(root, 'tones'), JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    if (line === killAt) child.kill('SIGKILL');
  });
  return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, lines })));
}

test('killed twice and resumed, a run ends in the bytes of one that was not', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
  expect(await train(whole, false)).toMatchObject({ code: 0 });
  expect(await train(killed, false, 'epoch 2')).toMatchObject({ signal: 'SIGKILL' });
  const second = await train(killed, true, 'epoch 5');
  expect(second.signal).toBe('SIGKILL');
  const last = await train(killed, true);
  expect(last.code).toBe(0);
  // Nothing was lost but the epoch under way: each process begins after what the one before it had reported.
  const epochs = (ended: Ended) =>
    ended.lines.filter((line) => line.startsWith('epoch')).map((l) => Number(l.slice(6)));
  expect(epochs(second)[0]).toBeGreaterThan(2);
  expect(epochs(last)[0]).toBeGreaterThan(5);
  for (const name of ['model.onnx', 'predictions.json', 'evaluation.json']) {
    const [one, other] = await Promise.all([whole, killed].map((folder) => readFile(join(folder, name))));
    expect(one!.equals(other!)).toBe(true);
  }
  const [one, other] = await Promise.all(
    [whole, killed].map(async (folder) => {
      const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
      return lines.map((line) => ({ ...JSON.parse(line), seconds: 0 }));
    }),
  );
  expect(other).toEqual(one);
});
