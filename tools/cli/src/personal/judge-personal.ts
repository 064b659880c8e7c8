import { ProsodiaError } from '@prosodia/contracts';
import { readCorpus } from '../commands/evaluate-protocol.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { readKeptCounts, writeKeptCounts } from './kept-counts.js';
import { evaluatePersonal, type PersonalCounts, type PersonalProtocol } from './personal-evaluation.js';
import { type PersonalRow, personalRows } from './personal-summary.js';

const DRAWS = 20;
const SEED = 0;
const HALVES = 'known clips of one sentence, tested on the other, then swapped';
const REST = 'tested on all clips that are not known';

export interface JudgePersonalOptions {
  readonly recipe: string;
  readonly protocol: PersonalProtocol;
  readonly corpus?: string | undefined;
  readonly crossCorpus?: string | undefined;
  /** The track of the last line: `labelled K`, or nothing known for 0. */
  readonly labelled: number;
  readonly fromPredictions?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Judges what knowing a person is worth, and prints every track. */
export async function judgePersonal(session: Session, options: JudgePersonalOptions): Promise<void> {
  const counts = options.fromPredictions
    ? await readKeptCounts(options.recipe, options.protocol)
    : await countAnew(session, options);
  const rows = personalRows(counts);
  const wanted = options.labelled > 0 ? `labelled ${options.labelled}` : 'nothing';
  const row = rows.find(({ track }) => track === wanted);
  if (!row)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected 0, 1, 2 or 4 for --labelled but received ${options.labelled}`,
    );
  printTable(session, rows);
  const { recipe, protocol, draws } = counts;
  if (options.json) session.json({ recipe, protocol, draws, ...row, rows });
}

async function countAnew(session: Session, options: JudgePersonalOptions): Promise<PersonalCounts> {
  const { buildBank, defaultCacheFolder, labelsOf, resolveLearner } = await import('@prosodia/training');
  const { signal } = session;
  const learner = resolveLearner(options.recipe);
  const corpus = await readCorpus(session, options.protocol, options);
  const labels = labelsOf(corpus.recordings);
  const bar = session.progress('features');
  const bank = await buildBank(corpus, learner, {
    ...{ seed: SEED, cacheFolder: defaultCacheFolder(), signal },
    onProgress: (progress) => bar.update(progress),
  });
  bar.stop();
  const speakersBar = session.progress('folds');
  const tracks = await evaluatePersonal(
    { corpus, learner, bank, labels, seed: SEED, signal },
    {
      ...{ draws: DRAWS, protocol: options.protocol },
      onProgress: (progress) => speakersBar.update(progress),
    },
  );
  speakersBar.stop();
  const counts = {
    recipe: options.recipe,
    protocol: `${options.protocol}; ${options.protocol === 'cross-corpus' ? REST : HALVES}`,
    labels,
    draws: DRAWS,
    seed: SEED,
    tracks,
  };
  session.note(`kept in ${await writeKeptCounts(counts)}`);
  return counts;
}

function printTable(session: Session, rows: readonly PersonalRow[]): void {
  const percent = (value: number) => (100 * value).toFixed(1);
  session.print(
    textTable(
      ['Known of the speaker', 'UAR %', '95 %', 'Harmed %', 'Worst quarter %', 'Adapted %', 'ms'],
      rows.map((row) => [
        row.track,
        percent(row.uar),
        `${percent(row.uarLow)}–${percent(row.uarHigh)}`,
        percent(row.harmed),
        percent(row.worstQuartile),
        percent(row.adapted),
        row.adaptationMs.toFixed(1),
      ]),
    ),
  );
}
