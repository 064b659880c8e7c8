import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Corpus, FoldProtocol, Knowledge, ProtocolFigures, ProtocolJudgement } from '@prosodia/training';
import { corpusFolder } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';

/** Where the predictions of shipped learners lie. */
export const KEPT_FOLDER = fileURLToPath(
  new URL('../predictions', import.meta.resolve('@prosodia/training')),
);

export interface ProtocolOptions {
  readonly corpus?: string;
  readonly crossCorpus?: string;
  readonly out: string;
  readonly knowledge: readonly Knowledge[];
  readonly seeds: readonly number[];
  readonly jobs: number;
  readonly noise?: boolean;
  readonly permute?: boolean;
  readonly fromPredictions?: boolean;
  readonly keep?: boolean;
  readonly predictions?: string;
}

/** Runs one learner under one protocol, or reads its kept predictions, and computes every figure; one for each knowledge. */
export async function evaluateProtocol(
  session: Session,
  recipe: string,
  protocol: FoldProtocol,
  options: ProtocolOptions,
): Promise<ProtocolJudgement[]> {
  const { crossValidateLearner, judgeKept, keptFileName, readKept, writeKept } = await import(
    '@prosodia/training'
  );
  const { knowledge, permute } = options;
  const folder = options.predictions ?? KEPT_FOLDER;
  if (options.fromPredictions) {
    const names = knowledge.map((known) => keptFileName({ recipe, protocol, ...known, permuted: permute }));
    return Promise.all(names.map(async (name) => judgeKept(await readKept(join(folder, name)))));
  }
  const known = knowledge.map(({ track, clips }) => `${track}${clips ? `, ${clips} clips` : ''}`);
  session.note([recipe, protocol, known.join('; ')].join(', '));
  let bar = session.progress('features');
  let shown = 'features';
  try {
    const runs = await crossValidateLearner({
      ...{ recipe, protocol, knowledge, permute, noise: options.noise, jobs: options.jobs },
      corpus: await readCorpus(session, protocol, options),
      seeds: options.seeds,
      outDir: join(options.out, 'protocols'),
      signal: session.signal,
      onEvent: (event) => {
        if (event.kind !== shown) {
          bar.stop();
          bar = session.progress(event.kind);
          shown = event.kind;
        }
        bar.update(event, event.kind === 'features' ? event.name : `${event.found} found`);
      },
    });
    for (const { kept, path } of runs) {
      session.note(`predictions in ${path}`);
      if (options.keep) session.note(`kept in ${await writeKept(folder, kept)}`);
    }
    return runs.map(({ kept }) => judgeKept(kept));
  } finally {
    bar.stop();
  }
}

/** The corpus a protocol judges on; two for `cross-corpus`, of which the second's speakers are strangers. */
export async function readCorpus(
  session: Session,
  protocol: FoldProtocol,
  options: { readonly corpus?: string | undefined; readonly crossCorpus?: string | undefined },
): Promise<Corpus> {
  const { joinCorpora, loadCorpus } = await import('@prosodia/training');
  const signal = session.signal;
  const corpus = await loadCorpus(corpusFolder(options.corpus), { signal });
  if (protocol !== 'cross-corpus') return corpus;
  return joinCorpora([
    corpus,
    await loadCorpus(corpusFolder(options.crossCorpus ?? process.env.EMODB_DIR), { signal }),
  ]);
}

/** The figures as tables for a person. */
export function printFigures(session: Session, all: readonly ProtocolFigures[]): void {
  session.print(
    textTable(
      [
        'Recipe',
        'Protocol',
        'Track',
        'UAR',
        'WA',
        'Macro F1',
        '7 options',
        'Women',
        'Men',
        'Worst',
        'ECE',
        'Brier',
      ],
      all.map((one) => [
        ...[one.recipe, one.protocol, one.clips ? `${one.track} ${one.clips}` : one.track],
        `${percent(one.uar)} [${percent(one.uarLow)}, ${percent(one.uarHigh)}]`,
        ...[
          percent(one.wa),
          percent(one.macroF1),
          percent(one.sevenOption),
          percent(one.women),
          percent(one.men),
        ],
        `${one.worstActor.speaker} ${percent(one.worstActor.uar)}`,
        ...[one.ece.toFixed(3), one.brier.toFixed(3)],
      ]),
    ),
  );
  if (all.some((one) => one.sevenOption !== null))
    session.print(
      'Seven options: calm counts as neutral, share right; people listening reach 62.4 % on RAVDESS.',
    );
  for (const one of all) {
    const noisy = Object.entries(one.noisy).map(([name, uar]) => `${name} dB ${percent(uar.value)}`);
    if (noisy.length > 0) session.print(`${one.recipe} under noise, UAR: ${noisy.join(', ')}`);
    const corpora = Object.entries(one.corpora).map(([name, uar]) => `tested on ${name} ${percent(uar)}`);
    if (corpora.length > 0) session.print(`${one.recipe}, ${one.track}, UAR: ${corpora.join(', ')}`);
  }
  for (const caveat of new Set(all.map((one) => one.caveat).filter((text) => text !== '')))
    session.print(caveat);
}

function percent(share: number | null): string {
  return share === null ? '' : (100 * share).toFixed(1);
}
