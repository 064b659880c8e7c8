import { ProsodiaError } from '@prosodia/contracts';
import { functionalsFromFiles } from '@prosodia/features';
import { corpusFolder } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { readKeptCounts, writeKeptCounts } from './kept-counts.js';
import type { PersonalCorpus } from './personal-base.js';
import { evaluatePersonal, type PersonalCounts } from './personal-evaluation.js';
import { type PersonalRow, personalRows } from './personal-summary.js';

/** The base that personalisation is judged on: a shrunken discriminant of every clip statistic. */
export const PERSONAL_RECIPE = 'shrunken-lda';
const DRAWS = 20;
const PROTOCOL = 'leave one speaker out; known clips of one sentence, tested on the other, then swapped';

export interface JudgePersonalOptions {
  readonly recipe: string;
  readonly corpus?: string | undefined;
  /** The track of the last line: `labelled K`, or nothing known for 0. */
  readonly labelled: number;
  readonly fromPredictions?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Judges what knowing a person is worth, and prints every track. */
export async function judgePersonal(session: Session, options: JudgePersonalOptions): Promise<void> {
  const counts = options.fromPredictions
    ? await readKeptCounts(options.recipe)
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
  if (options.recipe !== PERSONAL_RECIPE)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected ${PERSONAL_RECIPE} for --recipe with --personalise but received "${options.recipe}"`,
    );
  const { labelsOf, loadCorpus } = await import('@prosodia/training');
  const { recordings } = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
  const labels = labelsOf(recordings);
  const bar = session.progress('clips');
  const items = await functionalsFromFiles(
    recordings.map(({ path }) => path),
    {},
    { signal: session.signal, onProgress: (progress) => bar.update(progress) },
  );
  bar.stop();
  const vectors = items.map((item) => {
    if (item.ok) return item.value.row;
    throw new ProsodiaError(item.error.code, item.error.message);
  });
  const size = vectors[0]?.length ?? 0;
  const rows = new Float32Array(vectors.length * size);
  for (const [clip, vector] of vectors.entries()) rows.set(vector, clip * size);
  const corpus: PersonalCorpus = {
    rows,
    size,
    classes: labels.length,
    truth: Int32Array.from(recordings, ({ emotion }) => labels.indexOf(emotion)),
    speakers: recordings.map(({ speaker }) => speaker),
    texts: recordings.map(({ text }) => text ?? ''),
  };
  const speakersBar = session.progress('speakers');
  const tracks = await evaluatePersonal(corpus, {
    labels,
    draws: DRAWS,
    seed: 0,
    signal: session.signal,
    onProgress: (progress) => speakersBar.update(progress),
  });
  speakersBar.stop();
  const counts = { recipe: options.recipe, protocol: PROTOCOL, labels, draws: DRAWS, seed: 0, tracks };
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
