import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { resolveLearner } from '../learners/index.js';
import { buildBank } from './build-bank.js';
import {
  type FoldFile,
  type FoldJob,
  type FoldKnowledge,
  type FoldTask,
  foldFileName,
  type WorkerMessage,
} from './fold-job.js';
import { type FoldPlan, foldPlans } from './fold-plan.js';
import { PROBABILITY_STEPS } from './kept-predictions.js';
import { answering, type Learner } from './learner.js';
import { conditionName, NOISE_SWEEP } from './noise-condition.js';
import {
  type FittedFold,
  type FoldBanks,
  type FoldResult,
  fitFold,
  testFold,
  trainingSide,
} from './run-fold.js';

/*
 * A process of its own for the folds of a run: told which by its parent, it leaves each in a file. Without the parent
 * (killed, say) it ends at once.
 */

interface Prepared {
  readonly seed: number;
  readonly plans: readonly FoldPlan[];
  readonly banks: FoldBanks;
}

let prepared: Prepared | undefined;

async function prepare(job: FoldJob, learner: Learner, seed: number): Promise<Prepared> {
  if (prepared?.seed === seed) return prepared;
  const options = { seed, cacheFolder: job.cacheFolder };
  const clean = await buildBank(job, learner, options);
  // One at a time, from the cache: together they would fill the memory.
  const noisy = new Map(
    (job.noise ? NOISE_SWEEP : []).map((condition) => [
      conditionName(condition),
      () => buildBank(job, answering(learner), { ...options, condition }),
    ]),
  );
  const plans = foldPlans(job, job.protocol, { copies: learner.copies.length, seed });
  prepared = { seed, plans, banks: { clean, noisy } };
  return prepared;
}

/** Fits once for all kinds of knowledge that share a fit. */
async function work(job: FoldJob, learner: Learner, task: FoldTask): Promise<void> {
  const { plans, banks } = await prepare(job, learner, task.seed);
  const plan = plans[task.fold]!;
  const { labels, permuted: permute } = job;
  const { seed } = task;
  const side = trainingSide(job, plan, banks.clean, { labels, permute, seed });
  const fits = new Map<string, FittedFold>();
  try {
    for (const place of task.missing) {
      const knowledge = job.knowledge[place]!;
      const { track } = knowledge;
      const name = learner.fitName?.(track) ?? track;
      const options = { labels, track, clips: knowledge.clips ?? undefined, permute, seed };
      const fit = fits.get(name) ?? (await fitFold(job, plan, learner, { side, bank: banks.clean }, options));
      fits.set(name, fit);
      await write(knowledge, task, await testFold(job, plan, fit, banks, options));
    }
  } finally {
    for (const { fitted } of fits.values()) fitted.dispose?.();
  }
}

async function write({ identity, folder }: FoldKnowledge, task: FoldTask, result: FoldResult): Promise<void> {
  const file: FoldFile = {
    identity,
    name: result.name,
    tested: [...result.tested],
    probabilities: whole(result.probabilities),
    noisy: Object.fromEntries(Object.entries(result.noisy).map(([name, rows]) => [name, whole(rows)])),
    fitSec: result.fitSec,
    predictSecPerClip: result.predictSecPerClip,
  };
  await writeFileAtomic(join(folder, foldFileName(task)), JSON.stringify(file));
}

function whole(rows: Float32Array): number[] {
  return Array.from(rows, (value) => Math.round(value * PROBABILITY_STEPS));
}

function say(message: WorkerMessage): void {
  // A parent that is gone cannot be told; `disconnect` ends the process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

process.on('disconnect', () => process.exit(0));
const job = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as FoldJob;
const learner = resolveLearner(job.recipe);
process.on('message', (task: FoldTask) => {
  work(job, learner, task).then(
    () => say({ kind: 'done', task }),
    (error: unknown) =>
      say({
        kind: 'failed',
        code: isProsodiaError(error) ? error.code : 'MODEL',
        message: error instanceof Error ? error.message : String(error),
      }),
  );
});
say({ kind: 'ready' });
