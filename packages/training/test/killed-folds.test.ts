import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { judgeKept, type KeptPredictions, keptFileName, readKept } from '../src/protocol/index.js';
import { Random } from '../src/random.js';
import { writeToneCorpus } from './support/tone-corpus.js';

const PROGRAM = `
const { crossValidateLearner, loadCorpus } = await import(process.argv[1]);
const [corpus, outDir, cacheFolder] = [await loadCorpus(process.argv[2]), process.argv[3], process.argv[4]];
await crossValidateLearner({ recipe: 'shrunken-lda-cepstrum', protocol: 'speaker-loso', corpus, outDir, cacheFolder, seeds: [0, 1] });
`;

// Each kill costs two starts of a process; `PROSODIA_KILLS=20` asks for more of them.
const KILLS = Number(process.env.PROSODIA_KILLS ?? 5);

/** About the time of a fold. */
const AMONG_MS = 20;

/** Six speakers, two seeds. */
const FOLDS = 12;

const library = new URL('../dist/index.js', import.meta.url).href;
const name = keptFileName({ recipe: 'shrunken-lda-cepstrum', protocol: 'speaker-loso', track: 'nothing' });
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-folds-'));
  await writeToneCorpus(join(root, 'tones'), 6);
});

afterAll(() => rm(root, { recursive: true }));

/** When a run is killed: after a time, or that long after so many more folds are there. */
interface Moment {
  readonly folds: number;
  readonly afterMs: number;
}

/** Runs all folds in a process of its own, killed at some moment unless it has ended. */
async function run(outDir: string, moment?: Moment): Promise<{ killed: boolean; code: number | null }> {
  const before = await finishedFolds(outDir);
  const child: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, library, join(root, 'tones'), outDir, join(root, 'cache')],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const closed = new Promise<{ killed: boolean; code: number | null }>((done) =>
    child.on('close', (code, signal) => done({ killed: signal === 'SIGKILL', code })),
  );
  if (moment) {
    const runs = () => child.exitCode === null && child.signalCode === null;
    while (runs() && (await finishedFolds(outDir)) < before + moment.folds) await setTimeout(2);
    await Promise.race([closed, setTimeout(moment.afterMs)]);
    child.kill('SIGKILL');
  }
  return closed;
}

/** Folds whose files are there. */
async function finishedFolds(outDir: string): Promise<number> {
  const files = await readdir(outDir, { recursive: true }).catch(() => []);
  return files.filter((file) => /seed-\d+\.fold-\d+\.json$/.test(file)).length;
}

function withoutTime(kept: KeptPredictions): object {
  return { ...kept, timing: null };
}

test(`killed at ${KILLS} random moments and gone on with, the folds end in the same table`, async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
  expect(await run(whole)).toMatchObject({ code: 0 });
  // The features are known from here on: moments spread over the first run's time would mostly come too late.
  const started = performance.now();
  expect(await run(join(root, 'timed'))).toMatchObject({ code: 0 });
  const wholeMs = performance.now() - started;
  const random = new Random(7, 'kills');
  let [kills, midway] = [0, 0];
  while (kills < KILLS) {
    // Starting takes most of the time: every other moment is one among the folds.
    const among = kills % 2 === 1;
    const moment = among
      ? { folds: 1 + random.below(2), afterMs: random.uniform(0, AMONG_MS) }
      : { folds: 0, afterMs: random.uniform(0, wholeMs) };
    // A run that came to its end before its moment begins anew, so that every kill meets one under way.
    if (!(await run(killed, moment)).killed) {
      await rm(killed, { recursive: true });
      continue;
    }
    kills++;
    const finished = await finishedFolds(killed);
    if (finished > 0 && finished < FOLDS) midway++;
  }
  expect(midway).toBeGreaterThan(0);
  expect(await run(killed)).toMatchObject({ code: 0 });
  const [one, other] = [await readKept(join(whole, name)), await readKept(join(killed, name))];
  expect(withoutTime(other)).toEqual(withoutTime(one));
  const figuresOf = (kept: KeptPredictions) => ({
    ...judgeKept(kept).figures,
    ...{ fitSec: 0, predictMsPerClip: 0 },
  });
  expect(figuresOf(other)).toEqual(figuresOf(one));
  expect(one.recordings[0]!.path).toBe('Actor_01/03-01-03-01-01-01-01.wav');
  expect((await readdir(killed)).filter((file) => /\.\d+$/.test(file))).toEqual([]);
}, 600_000);
