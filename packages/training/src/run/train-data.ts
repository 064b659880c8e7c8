import { createHash } from 'node:crypto';
import type { NetworkInput, Split } from '@prosodia/contracts';
import { type Corpus, type CorpusProblem, labelsOf } from '../corpus/corpus.js';
import { type Scaler, scaleRows } from '../export/network.js';
import type { Recipe } from '../recipes/recipe.js';
import { buildRows } from '../rows/build-rows.js';
import { fitScaler } from '../rows/fit-scaler.js';
import { defaultCacheFolder } from '../rows/row-cache.js';
import { gatherSide, type LabelledRows, withoutRecordings } from '../rows/row-table.js';
import { makeSplit } from '../split/split.js';
import { type ProtocolPlan, splitSummary } from './protocol-plan.js';
import type { SplitSummary, TrainRunOptions } from './train-options.js';

/** Everything the network is shown, side by side. */
export interface TrainData {
  /** Without the recordings that could not be read. */
  readonly corpus: Corpus;
  readonly problems: readonly CorpusProblem[];
  readonly labels: readonly string[];
  readonly input: NetworkInput;
  readonly split: Split;
  readonly summary: SplitSummary;
  /** Scaled where the recipe asks for it. */
  readonly train: LabelledRows;
  readonly validation: LabelledRows;
  readonly test: LabelledRows;
  /** Test rows as the exported graph takes them. */
  readonly rawTest: Float32Array;
  readonly scaler: Scaler | undefined;
  /** SHA-256 of the training and validation rows. */
  readonly rowsHash: string;
}

/**
 * Makes the rows, divides them and scales them by what the training side alone knows.
 *
 * @throws ProsodiaError CORPUS, INVALID_ARGUMENT, ABORTED
 */
export async function prepareData(
  options: TrainRunOptions,
  recipe: Recipe,
  plan: ProtocolPlan,
): Promise<TrainData> {
  const emit = options.onEvent ?? (() => {});
  emit({ kind: 'phase', phase: 'rows' });
  const built = await buildRows(options.corpus, recipe, {
    seed: plan.seed,
    cacheFolder: options.cacheFolder === undefined ? defaultCacheFolder() : options.cacheFolder,
    signal: options.signal,
    onProgress: (progress) => emit({ kind: 'progress', phase: 'rows', ...progress }),
  });
  const problems = [...built.problems.values()];
  for (const { path, reason } of problems) emit({ kind: 'note', message: `${path} is left out: ${reason}` });
  const { corpus, table } = withoutRecordings(options.corpus, built.table, built.problems);
  const labels = labelsOf(corpus.recordings);
  const split = makeSplit(corpus, { ...plan, rowsPerRecording: table.rowsPerRecording });
  const summary = splitSummary(corpus, split, plan);
  emit({ kind: 'split', split: summary });
  const gather = (side: Split['train']) => gatherSide(table, corpus, labels, side);
  const [train, validation, test] = [gather(split.train), gather(split.validation), gather(split.test)];
  noteAbsentClasses(labels, train, emit);
  const scaler = recipe.standardize ? fitScaler(train.inputs, scalerColumns(built.input)) : undefined;
  const scaled = (rows: LabelledRows) => ({ ...rows, inputs: scaleRows(rows.inputs, scaler) });
  const rowsHash = createHash('sha256').update(train.inputs).update(validation.inputs).digest('hex');
  return {
    corpus,
    problems,
    labels,
    input: built.input,
    split,
    summary,
    train: scaled(train),
    validation: scaled(validation),
    test: scaled(test),
    rawTest: test.inputs,
    scaler,
    rowsHash,
  };
}

/** One mean for each coefficient: the first extent of rows of means, the last of rows of frames. */
function scalerColumns({ summary, shape }: NetworkInput): number {
  return summary === 'mean' ? shape[0]! : shape.at(-1)!;
}

function noteAbsentClasses(
  labels: readonly string[],
  train: LabelledRows,
  emit: NonNullable<TrainRunOptions['onEvent']>,
): void {
  const absent = labels.filter((_, index) => !train.classes.includes(index));
  if (absent.length > 0)
    emit({ kind: 'note', message: `No training row is ${absent.join(' or ')}: it cannot be recognised` });
}
