import { isProsodiaError, ProsodiaError } from '@prosodia/contracts';
import type { TrainingEngine } from '../engine/engine.js';
import { argmaxRows, confusionMatrix, crossEntropy, scoresOf } from '../evaluate/metrics.js';
import { Random } from '../random.js';
import type { Monitor } from '../recipes/recipe.js';
import type { Checkpoint } from './checkpoint-file.js';
import { afterEpoch, NOTHING_SEEN, type StoppingState } from './early-stopping.js';
import type { EpochRecord, SideScores } from './history.js';

/** The weights of a model, out of its variables and back. */
export interface WeightAccess {
  read(): Float32Array[];
  write(weights: readonly Float32Array[]): void;
}

export interface FitOptions {
  /** Made for the training rows. */
  readonly engine: TrainingEngine;
  readonly weights: WeightAccess;
  readonly trainRows: number;
  readonly classes: number;
  /** Rows that decide the epoch: never those that are tested, but for the published random protocol. */
  readonly validation: { readonly inputs: Float32Array; readonly classes: Int32Array };
  readonly epochs: number;
  readonly patience: number;
  readonly monitor: Monitor;
  readonly seed: number;
  /** Written into checkpoints and expected of them. */
  readonly identity: string;
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Awaited after each epoch, with what a later resume needs. */
  readonly onEpoch: (record: EpochRecord, checkpoint: Checkpoint) => Promise<void>;
}

export interface FitResult {
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  /** `aborted`: by the signal, between two batches; the epoch under way is lost, all before it is kept. */
  readonly ended: 'epochs' | 'patience' | 'aborted';
}

/**
 * Trains until the epochs are done, patience runs out or the signal aborts, and leaves the best weights in place.
 *
 * Everything random is a function of the seed and the epoch's number, so a run that was resumed from a
 * checkpoint ends in the same weights as one that was not interrupted.
 *
 * @throws ProsodiaError MODEL when the loss is no longer a number; CHECKPOINT when `resume` does not fit
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { engine, weights, resume } = options;
  const history: EpochRecord[] = [...(resume?.history ?? [])];
  let stopping = resume?.stopping ?? NOTHING_SEEN;
  let bestWeights = resume?.bestWeights ?? weights.read();
  if (resume) await restore(options, resume);
  let ended: FitResult['ended'] = 'epochs';
  for (let epoch = history.length + 1; epoch <= options.epochs; epoch++) {
    if (stopping.waited >= options.patience) break;
    const measured = await trainEpoch(options, epoch);
    if (measured === 'aborted') {
      ended = 'aborted';
      break;
    }
    stopping = afterEpoch(stopping, options.monitor, measured);
    const record: EpochRecord = { ...measured, best: stopping.bestEpoch === epoch };
    history.push(record);
    const current = weights.read();
    if (record.best) bestWeights = current;
    await options.onEpoch(record, {
      identity: options.identity,
      epoch,
      stopping,
      history,
      weights: current,
      bestWeights,
      engine: await engine.saveState(),
    });
  }
  weights.write(bestWeights);
  return { history, bestEpoch: stopping.bestEpoch, ended: endOf(ended, stopping, options) };
}

function endOf(ended: FitResult['ended'], stopping: StoppingState, options: FitOptions): FitResult['ended'] {
  return ended !== 'aborted' && stopping.waited >= options.patience ? 'patience' : ended;
}

async function trainEpoch(
  options: FitOptions,
  epoch: number,
): Promise<Omit<EpochRecord, 'best'> | 'aborted'> {
  const { engine, validation, classes } = options;
  const order = new Random(options.seed, 'shuffle', epoch).permutation(options.trainRows);
  const start = performance.now();
  try {
    if (options.signal?.aborted) return 'aborted';
    const { loss, confusion } = await engine.epoch(order, options.signal);
    const seconds = (performance.now() - start) / 1000;
    if (!Number.isFinite(loss))
      throw new ProsodiaError(
        'MODEL',
        `The loss of epoch ${epoch} is ${loss}: training diverged; try a smaller learning rate`,
      );
    const probabilities = await engine.predict(validation.inputs);
    const own = sideScores(loss, { classes, counts: confusion });
    const other = sideScores(
      crossEntropy(probabilities, validation.classes, classes),
      confusionMatrix(validation.classes, argmaxRows(probabilities, classes), classes),
    );
    return { epoch, train: own, validation: other, seconds };
  } catch (error) {
    if (isProsodiaError(error) && error.code === 'ABORTED') return 'aborted';
    throw error;
  }
}

function sideScores(loss: number, confusion: Parameters<typeof scoresOf>[0]): SideScores {
  const scores = scoresOf(confusion);
  return { loss, accuracy: scores.accuracy, macroF1: scores.macro.f1 };
}

async function restore({ engine, weights, identity }: FitOptions, resume: Checkpoint): Promise<void> {
  if (resume.identity !== identity)
    throw new ProsodiaError('CHECKPOINT', 'Expected a checkpoint of this run but received one of another');
  const expected = weights.read().map((array) => array.length);
  for (const found of [resume.weights, resume.bestWeights])
    if (found.map((array) => array.length).join() !== expected.join())
      throw new ProsodiaError('CHECKPOINT', 'Expected a checkpoint of this model but its weights do not fit');
  weights.write(resume.weights);
  await engine.restoreState(resume.engine);
}
