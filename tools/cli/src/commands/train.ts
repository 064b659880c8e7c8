import { PROTOCOLS, ProsodiaError, type Protocol } from '@prosodia/contracts';
import type { EngineChoice, RunResult, TrainRunOptions, trainDiscriminant } from '@prosodia/training';
import { Command } from 'commander';
import { corpusFolder, listOf, oneOf, wholeNumber } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { trainView } from '../train-view.js';

const ENGINES = ['auto', 'native', 'tensorflow', 'wasm'] as const satisfies readonly EngineChoice[];

interface TrainOptions {
  readonly recipe: string;
  readonly corpus?: string;
  readonly out: string;
  readonly protocol: Protocol;
  readonly fold: number | 'all';
  readonly folds: number;
  readonly testSpeakers?: string[];
  readonly epochs?: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly resume?: boolean;
  readonly report: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Recordings of your own: a CSV with the columns path (relative to the CSV), emotion and speaker, and if known sex (female, male),
  intensity (normal, strong), text, repetition; or the same as JSON lines. "prosodia corpus info mine.csv" says what is in it.

Protocols:
  speaker           test speakers are never heard in training (the default, the honest one)
  recording         a random split of recordings; the same speakers are on both sides
  base, fast and nearness are solved, not iterated: all folds are judged (speakers six at a time, or recordings at random), then all
  recordings are trained on; --fold, --folds, --test-speakers, --epochs, --engine and --resume are refused.
  augmented-random  the paper's: a random split of augmented rows, which leaks; only to compare with it

Examples:
  prosodia train --recipe paper-final --corpus ravdess --out runs/final
  prosodia train --recipe paper-final --corpus ravdess --out runs/paper --protocol augmented-random --seed 1
  prosodia train --recipe paper-final --corpus ravdess --out runs/final --resume
  prosodia train --recipe paper-initial --corpus my-recordings.csv --out runs/mine --fold all --json`;

/** `prosodia train`: a recipe, a corpus, a run folder with a model, its figures and a report. */
export function trainCommand(session: Session): Command {
  return new Command('train')
    .requiredOption(
      '--recipe <name>',
      'what to train: base, fast, nearness, functionals-mlp, cnn, bilstm-attention, temporal-convolution, attention, paper-initial, paper-initial-augmented, paper-final',
    )
    .option('--corpus <path>', 'a folder or a manifest; RAVDESS_DIR unless given')
    .requiredOption('--out <dir>', 'the run folder')
    .option('--protocol <name>', PROTOCOLS.join(', '), oneOf(PROTOCOLS), 'speaker')
    .option('--fold <n>', 'which fold is tested, from 0; all trains each and pools them', foldOption, 0)
    .option('--folds <n>', 'folds of the speakers', wholeNumber(2, 1_000), 5)
    .option('--test-speakers <list>', 'test on these speakers instead of a fold', listOf(String))
    .option('--epochs <n>', "at most this many; the recipe's budget unless given", wholeNumber(1, 100_000))
    .option(
      '--seed <n>',
      'decides split, augmentation, weights, order and dropout',
      wholeNumber(0, 0xffff_ffff),
      0,
    )
    .option('--engine <name>', ENGINES.join(', '), oneOf(ENGINES), 'auto')
    .option('--resume', 'go on with the run in --out after its last whole epoch')
    .option('--no-report', 'leave out report.html and its charts')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: TrainOptions, command: Command) => {
      const { CLOSED_FORM_RECIPES, loadCorpus, reportRun } = await import('@prosodia/training');
      const solved = (CLOSED_FORM_RECIPES as readonly string[]).includes(options.recipe);
      if (solved) refuseWhatIsNotIterated(options.recipe, command);
      const corpus = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
      const shared = {
        ...{ corpus, outDir: options.out, protocol: options.protocol, seed: options.seed },
        ...{ signal: session.signal, onEvent: trainView(session) },
      };
      const result = solved
        ? await trainSolved(options.recipe, shared)
        : await trainIterated({ ...options, ...shared });
      // The report is of epochs; a recipe that is solved has none.
      const report =
        options.report && result.engine !== 'closed-form' ? await reportRun(result, corpus) : undefined;
      if (options.json) session.json(runLine(result, report));
      else printRun(session, result, report);
    });
}

/** Options of runs that have one test side, epochs and checkpoints. */
const OF_ITERATED_RUNS = {
  fold: '--fold',
  folds: '--folds',
  testSpeakers: '--test-speakers',
  epochs: '--epochs',
  engine: '--engine',
  resume: '--resume',
} as const;

/** A recipe that is solved ignores nothing silently. */
function refuseWhatIsNotIterated(recipe: string, command: Command): void {
  for (const [name, flag] of Object.entries(OF_ITERATED_RUNS))
    if (command.getOptionValueSource(name) === 'cli')
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected no ${flag} with --recipe ${recipe}: it is solved in one step and judged on every fold`,
      );
}

async function trainSolved(
  recipe: string,
  options: Parameters<typeof trainDiscriminant>[1],
): Promise<RunResult> {
  const { resolveLearner, trainDiscriminant: train } = await import('@prosodia/training');
  return train(resolveLearner(recipe), options);
}

async function trainIterated(options: TrainRunOptions & { readonly recipe: string }): Promise<RunResult> {
  const { trainRun } = await import('@prosodia/training');
  const { recipe, corpus, outDir, protocol, fold, folds, testSpeakers, epochs, seed, engine } = options;
  const { resume, signal, onEvent } = options;
  return trainRun({
    ...{ recipe, corpus, outDir, protocol, fold, folds, testSpeakers, epochs, seed, engine },
    ...{ resume, signal, onEvent },
  });
}

function foldOption(text: string): number | 'all' {
  return text === 'all' ? 'all' : wholeNumber(0, 999)(text);
}

/** What a machine reads of a run. */
export function runLine(result: RunResult, report?: string): Record<string, unknown> {
  const { accuracy, uar, macroF1, recalls } = result.judgement.evaluation;
  return {
    recipe: result.recipe,
    protocol: result.protocol,
    caveat: result.caveat,
    seed: result.seed,
    engine: result.engine,
    uar: uar.value,
    uarLow: uar.low,
    uarHigh: uar.high,
    accuracy: accuracy.value,
    accuracyLow: accuracy.low,
    accuracyHigh: accuracy.high,
    macroF1,
    recalls,
    parameters: result.parameters,
    epochs: result.epochs,
    bestEpoch: result.bestEpoch,
    secondsPerEpoch: result.secondsPerEpoch,
    model: result.modelPath,
    exportDifference: result.exportDifference,
    run: result.folder,
    report: report ?? null,
  };
}

function printRun(session: Session, result: RunResult, report: string | undefined): void {
  const { accuracy, uar } = result.judgement.evaluation;
  session.print(result.judgement.classificationReport);
  session.print(
    textTable(
      ['Protocol', 'Accuracy', 'UAR', 'Epochs', 's per epoch'],
      [
        [
          result.protocol,
          withInterval(accuracy),
          withInterval(uar),
          `${result.epochs}`,
          result.secondsPerEpoch.toFixed(2),
        ],
      ],
    ),
  );
  if (result.caveat) session.print(result.caveat);
  for (const { path, reason } of result.problems) session.print(`left out: ${path}: ${reason}`);
  if (result.modelPath) session.print(`model:  ${result.modelPath}`);
  if (report) session.print(`report: ${report}`);
}

/** `72.7 % [70.1, 75.0]`, the interval a 95 % bootstrap over speakers. */
export function withInterval({ value, low, high }: { value: number; low: number; high: number }): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return `${percent(value)} % [${percent(low)}, ${percent(high)}]`;
}
