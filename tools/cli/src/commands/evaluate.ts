import { PROTOCOLS, ProsodiaError, type Protocol } from '@prosodia/contracts';
import type { EngineChoice, FoldProtocol, Knowledge, ProtocolJudgement, RunResult } from '@prosodia/training';
import { Command } from 'commander';
import { type ComparisonRow, comparisonMarkdown, comparisonRows, runPath } from '../comparison.js';
import { corpusFolder, listOf, oneOf, wholeNumber } from '../options.js';
import { judgePersonal } from '../personal/judge-personal.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { trainView } from '../train-view.js';
import { evaluateProtocol, type ProtocolOptions, printFigures } from './evaluate-protocol.js';

/** Protocols with folds of their own; the others are runs of `train`. */
const FOLD_NAMES = [
  'speaker-loso',
  'speaker-6fold',
  'speaker-5fold',
  'random-10fold',
  'augmented-random',
  'cross-corpus',
] as const satisfies readonly FoldProtocol[];

const ALL_PROTOCOLS = [...new Set<Protocol | FoldProtocol>([...PROTOCOLS, ...FOLD_NAMES])];

interface EvaluateOptions extends Omit<ProtocolOptions, 'knowledge'> {
  readonly recipe: string[];
  readonly track?: Knowledge[];
  readonly clips?: number;
  readonly report?: string;
  readonly protocol: (Protocol | FoldProtocol)[];
  readonly seeds: number[];
  readonly fold: number | 'all';
  readonly engine: EngineChoice;
  readonly markdown?: boolean;
  readonly json?: boolean;
  readonly personalise?: boolean;
  readonly labelled: number;
}

const EXAMPLES = `
Every recipe is trained under every protocol with every seed; runs that are finished in --out are read, not repeated.
With --track, and for speaker-loso, speaker-6fold, speaker-5fold, random-10fold and cross-corpus, all folds are run and
their out-of-fold predictions judged together; --from-predictions computes the same from the kept ones, without a corpus.
augmented-random without --track is the published protocol (one 80/20 draw); with it, five folds.

Examples:
  prosodia evaluate --recipe paper-final --protocol augmented-random,recording,speaker --seeds 1,2,3 --out runs/table
  prosodia evaluate --recipe paper-initial,paper-initial-augmented,paper-final --out runs/table --markdown
  prosodia evaluate --recipe paper-final --protocol speaker --fold all --out runs/table --json
  prosodia evaluate --recipe shrunken-lda --protocol speaker-loso --track unlabelled --clips 8 --json
  prosodia evaluate --recipe base --protocol speaker-loso --track nothing,unlabelled,unlabelled-8,labelled-2
  prosodia evaluate --recipe shrunken-lda --protocol speaker-6fold --track nothing --noise --jobs 2
  prosodia evaluate --recipe shrunken-lda --protocol cross-corpus --track nothing --cross-corpus emodb/
  prosodia evaluate --recipe base --personalise --labelled 4 --json
  prosodia evaluate --recipe base --personalise --labelled 4 --protocol speaker-6fold
  prosodia evaluate --recipe base --personalise --labelled 4 --protocol cross-corpus --cross-corpus emodb/`;

/** `prosodia evaluate`: recipes × protocols × seeds in one table, each figure under its protocol's name. */
export function evaluateCommand(session: Session): Command {
  return new Command('evaluate')
    .requiredOption('--recipe <list>', 'recipes, separated by commas', listOf(String))
    .option('--corpus <path>', 'a folder or a manifest; RAVDESS_DIR unless given')
    .option('--out <dir>', 'folder of the runs', 'runs')
    .option('--protocol <list>', ALL_PROTOCOLS.join(', '), listOf(oneOf(ALL_PROTOCOLS)), ['speaker'])
    .option(
      '--track <list>',
      'what is known of the test speaker: nothing, unlabelled, unlabelled-8 (clips), labelled-2 (of each class)',
      listOf(knowledgeOption),
    )
    .option(
      '--clips <n>',
      'clips known of the test speaker (labelled: of each class)',
      wholeNumber(1, 10_000),
    )
    .option('--jobs <n>', 'folds at once, each in a process of its own', wholeNumber(1, 256), 2)
    .option('--noise', 'test under white noise and babble too, 20 to 0 dB')
    .option('--permute', 'shuffle the training labels: the result must be chance')
    .option('--cross-corpus <path>', 'the second corpus of cross-corpus; EMODB_DIR unless given')
    .option('--report <file>', 'one HTML page of every table and chart of the folds')
    .option('--keep', 'keep the predictions of the folds beside those of the shipped recipes')
    .option('--predictions <dir>', "folder of kept predictions; the repository's unless given")
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
    .option('--from-predictions', 'from the answers kept in the repository: trains nothing, needs no corpus')
    .option('--markdown', 'the table in Markdown')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: EvaluateOptions) => {
      if (options.personalise) {
        const [recipe = ''] = options.recipe;
        // Leaving each speaker out alone unless told otherwise.
        const protocol = (['speaker-6fold', 'cross-corpus'] as const).find((one) =>
          options.protocol.includes(one),
        );
        await judgePersonal(session, { ...options, recipe, protocol: protocol ?? 'speaker-loso' });
        return;
      }
      const results: RunResult[] = [];
      const judged: ProtocolJudgement[] = [];
      for (const recipe of options.recipe)
        for (const protocol of options.protocol)
          if (isFolds(protocol, options))
            judged.push(...(await evaluateProtocol(session, recipe, protocol, knowing(options))));
          else
            for (const seed of options.seeds)
              results.push(await finishedRun(session, options, recipe, protocol as Protocol, seed));
      if (results.length > 0) print(session, comparisonRows(results), options);
      await tell(session, judged, options);
    });
}

/** `--clips` is for tracks that know some and say no number of their own. */
function knowing(options: EvaluateOptions): ProtocolOptions {
  const { track: tracks = [{ track: 'nothing' as const }] } = options;
  const knowledge = tracks.map(({ track, clips }) =>
    track === 'nothing' ? { track } : { track, clips: clips ?? options.clips },
  );
  return { ...options, knowledge };
}

/** `unlabelled-8` is the track and its number of clips, as in the names of kept predictions. */
function knowledgeOption(text: string): Knowledge {
  const [name = '', clips] = text.split('-', 2);
  const track = oneOf(['nothing', 'unlabelled', 'labelled'] as const)(name);
  return clips === undefined ? { track } : { track, clips: wholeNumber(1, 10_000)(clips) };
}

async function tell(
  session: Session,
  judged: readonly ProtocolJudgement[],
  { json, report }: EvaluateOptions,
): Promise<void> {
  if (judged.length === 0) return;
  if (report !== undefined) {
    const { writeProtocolReport } = await import('@prosodia/training');
    await writeProtocolReport(report, judged);
    session.note(`report in ${report}`);
  }
  const figures = judged.map((one) => one.figures);
  if (json) for (const one of figures) session.json(one);
  else printFigures(session, figures);
}

function isFolds(protocol: Protocol | FoldProtocol, options: EvaluateOptions): protocol is FoldProtocol {
  const asked = options.track !== undefined || Boolean(options.fromPredictions);
  if (protocol === 'augmented-random') return asked;
  if (FOLD_NAMES.some((name) => name === protocol)) return true;
  if (!asked) return false;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected one of ${FOLD_NAMES.join(', ')} with --track or --from-predictions but received ${protocol}`,
  );
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
