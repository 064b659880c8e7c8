import { ProsodiaError } from '@prosodia/contracts';
import type { LoadedTensorflow } from '../engine/backend.js';
import type { TrainingEngine } from '../engine/engine.js';
import type { Checkpoint } from '../fit/checkpoint-file.js';
import { type FitResult, fit, type WeightAccess } from '../fit/fit.js';
import { type EpochWriter, tensorboardWriter } from '../fit/tensorboard.js';
import type { Recipe } from '../recipes/recipe.js';
import type { RunFolder } from './run-folder.js';
import type { TrainData } from './train-data.js';
import type { TrainEvent, TrainRunOptions } from './train-options.js';

export interface FitRunParts {
  readonly options: TrainRunOptions;
  readonly recipe: Recipe;
  readonly data: TrainData;
  readonly folder: RunFolder;
  readonly loaded: LoadedTensorflow;
  readonly engine: TrainingEngine;
  readonly weights: WeightAccess;
  readonly seed: number;
  readonly identity: string;
}

/**
 * Fits a run's model, writing every epoch to its folder, and leaves the best weights in the model.
 *
 * @throws ProsodiaError ABORTED when the signal fires: the folder then holds a checkpoint of the last whole epoch,
 *   with the best weights in it; CHECKPOINT, MODEL
 */
export async function fitRun(parts: FitRunParts): Promise<FitResult> {
  const { options, recipe, data, folder, identity } = parts;
  const emit = options.onEvent ?? (() => {});
  emit({ kind: 'phase', phase: 'fit' });
  const resume = await findCheckpoint(parts, emit);
  await folder.restartMetrics(resume?.history ?? []);
  const writeEvents = boardWriter(parts, emit);
  const epochs = options.epochs ?? recipe.epochs;
  const pace = new Pace();
  const fitted = await fit({
    engine: parts.engine,
    weights: parts.weights,
    trainRows: data.train.classes.length,
    classes: data.labels.length,
    validation: data.validation,
    epochs,
    patience: recipe.patience,
    monitor: recipe.monitor,
    seed: parts.seed,
    identity,
    resume,
    signal: options.signal,
    onEpoch: async (record, checkpoint) => {
      // The checkpoint first: a line without it would be an epoch that never was.
      await folder.checkpoints.save(checkpoint);
      await folder.appendMetrics(record);
      writeEvents?.(record);
      emit({ kind: 'epoch', record, epochs, etaSec: pace.next() * (epochs - record.epoch) });
    },
  });
  const { history, bestEpoch, ended } = fitted;
  await folder.write('history', { monitor: recipe.monitor, bestEpoch, ended, epochs: history });
  if (ended === 'aborted')
    throw new ProsodiaError(
      'ABORTED',
      `Training was aborted after ${history.length} of ${epochs} epochs; resume the run in ${folder.path} to go on`,
    );
  return fitted;
}

async function findCheckpoint(
  { options, folder, identity }: FitRunParts,
  emit: (event: TrainEvent) => void,
): Promise<Checkpoint | undefined> {
  if (!options.resume) return undefined;
  const found = await folder.checkpoints.newest(identity, (message) => emit({ kind: 'note', message }));
  const message = found
    ? `The run in ${folder.path} goes on after epoch ${found.epoch}`
    : `No checkpoint in ${folder.path}: the run begins`;
  emit({ kind: 'note', message });
  return found;
}

function boardWriter(
  { loaded, folder }: FitRunParts,
  emit: (event: TrainEvent) => void,
): EpochWriter | undefined {
  const writer = tensorboardWriter(loaded, folder.file('tensorboard'));
  if (!writer)
    emit({
      kind: 'note',
      message:
        'No TensorBoard files: libtensorflow, which writes them, is not loaded; metrics.jsonl has the same',
    });
  return writer;
}

/** Mean wall time of an epoch, everything included. */
class Pace {
  private readonly start = performance.now();
  private epochs = 0;

  /** Seconds an epoch takes, counting the one just done. */
  next(): number {
    this.epochs++;
    return (performance.now() - this.start) / 1000 / this.epochs;
  }
}
