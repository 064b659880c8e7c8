import { PROTOCOLS, type Protocol } from '@prosodia/contracts';
import type { EngineChoice, RunResult } from '@prosodia/training';
import { Command } from 'commander';
import { type ComparisonRow, comparisonMarkdown, comparisonRows, runPath } from '../comparison.js';
import { corpusFolder, listOf, oneOf, wholeNumber } from '../options.js';
import { judgePersonal } from '../personal/judge-personal.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { trainView } from '../train-view.js';

interface EvaluateOptions {
  readonly recipe: string[];
  readonly corpus?: string;
  readonly out: string;
  readonly protocol: Protocol[];
  readonly seeds: number[];
  readonly fold: number | 'all';
  readonly engine: EngineChoice;
  readonly markdown?: boolean;
  readonly json?: boolean;
  readonly personalise?: boolean;
  readonly labelled: number;
  readonly fromPredictions?: boolean;
}

const EXAMPLES = `
Every recipe is trained under every protocol with every seed; runs that are finished in --out are read, not repeated.

Examples:
  prosodia evaluate --recipe paper-final --protocol augmented-random,recording,speaker --seeds 1,2,3 --out runs/table
  prosodia evaluate --recipe paper-initial,paper-initial-augmented,paper-final --out runs/table --markdown
  prosodia evaluate --recipe paper-final --protocol speaker --fold all --out runs/table --json
  prosodia evaluate --recipe shrunken-lda --personalise --labelled 4 --json`;

/** `prosodia evaluate`: recipes × protocols × seeds in one table, each figure under its protocol's name. */
export function evaluateCommand(session: Session): Command {
  return new Command('evaluate')
    .description('Train and judge recipes under several protocols and put the results in one table')
    .requiredOption('--recipe <list>', 'recipes, separated by commas', listOf(String))
    .option('--corpus <path>', 'a folder or a manifest; RAVDESS_DIR unless given')
    .option('--out <dir>', 'folder of the runs', 'runs')
    .option('--protocol <list>', PROTOCOLS.join(', '), listOf(oneOf(PROTOCOLS)), ['speaker'])
    .option('--seeds <list>', 'seeds, separated by commas', listOf(wholeNumber(0, 0xffff_ffff)), [0])
    .option('--fold <n>', 'which fold of the speakers; all pools them', foldOption, 'all')
    .option(
      '--engine <name>',
      'auto, native, tensorflow, wasm',
      oneOf(['auto', 'native', 'tensorflow', 'wasm']),
      'auto',
    )
    .option('--personalise', 'judge what knowing a speaker is worth: leave one out, enrol, test')
    .option(
      '--labelled <n>',
      'with --personalise: clips per emotion of the last line: 0, 1, 2, 4',
      wholeNumber(0, 4),
      4,
    )
    .option(
      '--from-predictions',
      'with --personalise: from the answers kept in the repository, without a corpus',
    )
    .option('--markdown', 'the table in Markdown')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: EvaluateOptions) => {
      if (options.personalise) {
        const [recipe = ''] = options.recipe;
        await judgePersonal(session, { ...options, recipe });
        return;
      }
      const results: RunResult[] = [];
      for (const recipe of options.recipe)
        for (const protocol of options.protocol)
          for (const seed of options.seeds)
            results.push(await finishedRun(session, options, recipe, protocol, seed));
      print(session, comparisonRows(results), options);
    });
}

function foldOption(text: string): number | 'all' {
  return text === 'all' ? 'all' : wholeNumber(0, 999)(text);
}

async function finishedRun(
  session: Session,
  options: EvaluateOptions,
  recipe: string,
  protocol: Protocol,
  seed: number,
): Promise<RunResult> {
  const { loadCorpus, readRunResult, trainRun } = await import('@prosodia/training');
  const outDir = runPath(options.out, recipe, protocol, seed);
  const known = await readRunResult(outDir);
  if (known) return known;
  session.note(`${recipe}, ${protocol}, seed ${seed}`);
  return trainRun({
    recipe,
    corpus: await loadCorpus(corpusFolder(options.corpus), { signal: session.signal }),
    outDir,
    protocol,
    // Only speakers come in folds; the random protocols draw one test side by their seed.
    fold: protocol === 'speaker' ? options.fold : 0,
    seed,
    engine: options.engine,
    resume: true,
    signal: session.signal,
    onEvent: trainView(session),
  });
}

function print(session: Session, rows: readonly ComparisonRow[], options: EvaluateOptions): void {
  if (options.json) session.json({ rows });
  else if (options.markdown) session.print(comparisonMarkdown(rows));
  else {
    session.print(
      textTable(
        ['Recipe', 'Protocol', 'Seeds', 'Accuracy', 'UAR'],
        rows.map((row) => [row.recipe, row.protocol, row.seeds.join(', '), row.accuracyText, row.uarText]),
      ),
    );
    for (const caveat of new Set(rows.map((row) => row.caveat).filter((text) => text !== '')))
      session.print(caveat);
  }
}
