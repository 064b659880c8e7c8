import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { type Corpus, labelsOf } from '../corpus/corpus.js';
import { relativePaths } from '../corpus/relative-paths.js';
import { resolveLearner } from '../learners/index.js';
import { defaultCacheFolder } from '../rows/row-cache.js';
import { cacheBanks } from './build-bank.js';
import { addonHash } from './chunk-features.js';
import {
  type FoldFile,
  type FoldJob,
  type FoldKnowledge,
  type FoldTask,
  foldFileName,
  foldFileSchema,
} from './fold-job.js';
import { FOLD_PROTOCOLS, type FoldPlan, type FoldProtocol, foldPlans } from './fold-plan.js';
import { runFolds } from './fold-pool.js';
import { type KeptPredictions, keptFileName, writeKept } from './kept-predictions.js';
import type { KnowledgeOptions } from './knowledge.js';
import { answering, type Learner, TRACKS } from './learner.js';
import { NOISE_SWEEP } from './noise-condition.js';

/** What a run of all folds tells as it goes. */
export type ProtocolEvent =
  | { readonly kind: 'features'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly kind: 'folds'; readonly done: number; readonly total: number; readonly found: number };

/** See `KnowledgeOptions`. */
export type Knowledge = Pick<KnowledgeOptions, 'track' | 'clips'>;

/** What a run left. */
export interface KeptRun {
  readonly kept: KeptPredictions;
  readonly path: string;
}

export interface ProtocolRunOptions {
  /** A learner's name. */
  readonly recipe: string;
  readonly corpus: Corpus;
  readonly protocol: FoldProtocol;
  /** What is known of the test speakers: kinds that share a fit are tested by one. `nothing` alone unless given. */
  readonly knowledge?: readonly Knowledge[] | undefined;
  /** [0] unless given. */
  readonly seeds?: readonly number[] | undefined;
  readonly permute?: boolean | undefined;
  /** Tests under white noise and babble as well, 20 to 0 dB. */
  readonly noise?: boolean | undefined;
  /** Folds at once, each in a process of its own; 2 unless given. */
  readonly jobs?: number | undefined;
  /** Finished folds are kept here; a run that was stopped goes on. */
  readonly outDir: string;
  readonly cacheFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ProtocolEvent) => void) | undefined;
}

/**
 * Runs a learner through all folds of a protocol and keeps the out-of-fold predictions in `outDir`.
 *
 * A fold is a file written in one step: after a kill, at whatever moment, the next call does what is missing and ends
 * in the same predictions.
 *
 * @returns for each kind of knowledge, in order
 * @throws ProsodiaError INVALID_ARGUMENT, CORPUS (also when a guard finds a leak), ABORTED, MODEL
 */
export async function crossValidateLearner(options: ProtocolRunOptions): Promise<KeptRun[]> {
  checkOptions(options);
  const learner = resolveLearner(options.recipe);
  const seeds = options.seeds ?? [0];
  const { job, file: jobFile } = await prepareJob(options, learner);
  const plans = new Map(seeds.map((seed) => [seed, planOf(job, learner, seed)]));
  const places = seeds.flatMap((seed) => plans.get(seed)!.map((_, fold) => ({ seed, fold })));
  const tasks: FoldTask[] = [];
  for (const place of places) {
    const files = await Promise.all(job.knowledge.map((known) => readFold(known, place)));
    tasks.push({ ...place, missing: files.flatMap((file, index) => (file ? [] : [index])) });
  }
  const missing = tasks.filter((task) => task.missing.length > 0);
  const found = tasks.length - missing.length;
  if (missing.length > 0) await makeFeatures(options, job, learner, seeds);
  let done = found;
  const tell = () => options.onEvent?.({ kind: 'folds', done, total: tasks.length, found });
  tell();
  await runFolds(missing, {
    ...{ jobFile, jobs: options.jobs ?? 2, signal: options.signal },
    onDone: () => {
      done += 1;
      tell();
    },
  });
  const runs: KeptRun[] = [];
  for (const known of job.knowledge) {
    const files = await Promise.all(places.map(async (place) => (await readFold(known, place))!));
    const kept = keep(options, job, known, seeds, files);
    runs.push({ kept, path: await writeKept(resolve(options.outDir), kept) });
  }
  return runs;
}

function knowledgeOf({ knowledge = [{ track: 'nothing' }] }: ProtocolRunOptions): readonly Knowledge[] {
  return knowledge;
}

function checkOptions(options: ProtocolRunOptions): void {
  const { protocol, jobs } = options;
  const expect = (holds: boolean, expected: string, name: string, value: unknown) => {
    if (!holds)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected ${expected} for ${name} but received ${String(value)}`,
      );
  };
  expect(FOLD_PROTOCOLS.includes(protocol), `one of ${FOLD_PROTOCOLS.join(', ')}`, 'protocol', protocol);
  expect(
    jobs === undefined || (Number.isSafeInteger(jobs) && jobs >= 1),
    'a whole number from 1',
    'jobs',
    jobs,
  );
  for (const { track, clips } of knowledgeOf(options)) {
    expect(TRACKS.includes(track), `one of ${TRACKS.join(', ')}`, 'track', track);
    const counted = clips === undefined || track !== 'nothing';
    expect(counted, 'clips only where something is known of the speaker', 'clips', clips);
  }
}

async function prepareJob(
  options: ProtocolRunOptions,
  learner: Learner,
): Promise<{ readonly job: FoldJob; readonly file: string }> {
  const { corpus, protocol, recipe, permute: permuted = false, noise = false } = options;
  const labels = labelsOf(corpus.recordings);
  const known = corpus.recordings.map(({ speaker, emotion, text }, index) => [
    ...[corpus.contentHashes[index], speaker, emotion, text],
  ]);
  const { identity: own, inputs, copies, copiesAtHz = null } = learner;
  const addon = await addonHash();
  const knowledge = knowledgeOf(options).map(({ track, clips = null }): FoldKnowledge => {
    const decisive = { recipe, protocol, track, clips, permuted, noise, labels };
    const identity = createHash('sha256')
      .update(JSON.stringify([decisive, own, inputs, copies, copiesAtHz, known, addon]))
      .digest('hex');
    const name = keptFileName(decisive).replace('.json.gz', '');
    return { track, clips, identity, folder: resolve(options.outDir, 'folds', name, identity.slice(0, 16)) };
  });
  const { recordings, contentHashes } = corpus;
  const cacheFolder = resolve(options.cacheFolder ?? defaultCacheFolder());
  const shared = { recipe, protocol, permuted, noise, labels, recordings, contentHashes, cacheFolder };
  const job: FoldJob = { ...shared, knowledge };
  for (const { folder } of knowledge) await mkdir(folder, { recursive: true });
  const file = join(knowledge[0]!.folder, 'job.json');
  await writeFileAtomic(file, JSON.stringify(job));
  return { job, file };
}

function planOf(job: FoldJob, learner: Learner, seed: number): FoldPlan[] {
  return foldPlans(job, job.protocol, { copies: learner.copies.length, seed });
}

/** Fills the cache, from which the workers read. */
async function makeFeatures(
  options: ProtocolRunOptions,
  job: FoldJob,
  learner: Learner,
  seeds: readonly number[],
): Promise<void> {
  const wanted = [
    { name: 'clean', conditions: [undefined], seen: learner },
    ...(job.noise ? [{ name: 'noise', conditions: NOISE_SWEEP, seen: answering(learner) }] : []),
  ];
  for (const seed of seeds)
    for (const { name, conditions, seen } of wanted)
      await cacheBanks(job, seen, {
        ...{ seed, conditions, cacheFolder: job.cacheFolder, signal: options.signal },
        onProgress: (progress) => options.onEvent?.({ kind: 'features', name, ...progress }),
      });
}

async function readFold(
  { folder, identity }: FoldKnowledge,
  place: Pick<FoldTask, 'seed' | 'fold'>,
): Promise<FoldFile | undefined> {
  const text = await readFile(join(folder, foldFileName(place)), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const parsed = foldFileSchema.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.identity === identity ? parsed.data : undefined;
  } catch {
    // Half a file cannot be (it is renamed when whole), a damaged one can: the fold is run again.
    return undefined;
  }
}

function keep(
  { corpus }: ProtocolRunOptions,
  job: FoldJob,
  { track, clips }: FoldKnowledge,
  seeds: readonly number[],
  files: readonly FoldFile[],
): KeptPredictions {
  const paths = relativePaths(corpus.recordings);
  const mean = (pick: (file: FoldFile) => number) =>
    files.reduce((sum, file) => sum + pick(file), 0) / files.length;
  const { recipe, protocol, permuted, labels } = job;
  const noises = Object.keys(files[0]!.noisy);
  return {
    ...{ formatVersion: 1, recipe, protocol, track, clips, permuted, seeds: [...seeds], labels: [...labels] },
    corpus: corpus.name,
    synthetic: corpus.synthetic,
    recordings: corpus.recordings.map((recording, index) => ({
      path: paths[index]!,
      corpus: recording.corpus,
      speaker: recording.speaker,
      sex: recording.sex,
      truth: recording.emotion,
    })),
    rows: files.flatMap(({ tested }) =>
      tested.map(({ recording, variant }): [number, number] => [recording, variant]),
    ),
    probabilities: files.flatMap((file) => file.probabilities),
    noisy: Object.fromEntries(noises.map((name) => [name, files.flatMap((file) => file.noisy[name]!)])),
    timing: {
      fitSec: mean((file) => file.fitSec),
      predictMsPerClip: 1000 * mean((file) => file.predictSecPerClip),
    },
  };
}
