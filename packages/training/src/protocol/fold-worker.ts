import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { resolveLearner } from '../learners/index.js';
import { buildBank } from './build-bank.js';
import type { FeatureBank } from './feature-bank.js';
import { type FoldFile, type FoldJob, type FoldTask, foldFileName, type WorkerMessage } from './fold-job.js';
import { type FoldPlan, foldPlans } from './fold-plan.js';
import { PROBABILITY_STEPS } from './kept-predictions.js';
import type { Learner } from './learner.js';
import { conditionName, NOISE_SWEEP } from './noise-condition.js';
import { type FoldBanks, runFold } from './run-fold.js';

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
  const noisy = new Map<string, FeatureBank>();
  for (const condition of job.noise ? NOISE_SWEEP : [])
    noisy.set(conditionName(condition), await buildBank(job, learner, { ...options, condition }));
  const plans = foldPlans(job, job.protocol, { copies: learner.copies.length, seed });
  prepared = { seed, plans, banks: { clean, noisy } };
  return prepared;
}

async function work(job: FoldJob, learner: Learner, task: FoldTask): Promise<void> {
  const { plans, banks } = await prepare(job, learner, task.seed);
  const result = await runFold(job, plans[task.fold]!, learner, banks, {
    labels: job.labels,
    track: job.track,
    clips: job.clips ?? undefined,
    permute: job.permuted,
    seed: task.seed,
  });
  const file: FoldFile = {
    identity: job.identity,
    name: result.name,
    tested: [...result.tested],
    probabilities: whole(result.probabilities),
    noisy: Object.fromEntries(Object.entries(result.noisy).map(([name, rows]) => [name, whole(rows)])),
    fitSec: result.fitSec,
    predictSecPerClip: result.predictSecPerClip,
  };
  await writeFileAtomic(join(job.folder, foldFileName(task)), JSON.stringify(file));
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
