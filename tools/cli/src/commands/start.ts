import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Protocol } from '@prosodia/contracts';
import { PROTOCOLS, ProsodiaError } from '@prosodia/contracts';
import type { Corpus, RunResult } from '@prosodia/training';
import { Command } from 'commander';
import { comparisonRows, runPath } from '../comparison.js';
import { wholeNumber } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { trainView } from '../train-view.js';
import { synthesize } from './corpus.js';
import { printDemo, runDemo } from './demo.js';

interface StartOptions {
  readonly out?: string;
  readonly recipe: string;
  readonly seed: number;
  readonly epochs?: number;
}

const DEMO_FILES = 18;

/**
 * `prosodia start`, the job of `npm start`: the paper's final model under every protocol, exported, tried on files
 * of speakers it never heard, and reported. With no recordings at hand it works on synthetic speech and says so.
 */
export function startCommand(session: Session): Command {
  return new Command('start')
    .option('--out <dir>', 'folder of the runs; runs/N unless given')
    .option('--recipe <name>', 'another recipe', 'paper-final')
    .option('--seed <n>', 'of every run', wholeNumber(0, 0xffff_ffff), 0)
    .option('--epochs <n>', "at most this many; the recipe's budget unless given", wholeNumber(1, 100_000))
    .addHelpText(
      'after',
      '\nExamples:\n  RAVDESS_DIR=ravdess npm start\n  npm start -- --epochs 20 --out runs/short',
    )
    .action(async (options: StartOptions) => {
      const { loadCorpus } = await import('@prosodia/training');
      const corpus = await loadCorpus(await startCorpus(session), { signal: session.signal });
      session.print(
        `${corpus.name}: ${corpus.recordings.length} recordings of ${corpus.report.speakers} speakers` +
          (corpus.synthetic ? ' – SYNTHETIC speech: the figures below say nothing about people' : ''),
      );
      const out = options.out ?? nextFolder('runs');
      const results = await trainAll(session, corpus, out, options);
      await conclude(session, corpus, results, options.seed);
    });
}

async function startCorpus(session: Session): Promise<string> {
  const given = process.env.RAVDESS_DIR;
  if (given) return given;
  const out = join('.prosodia', 'synthetic');
  session.print('RAVDESS_DIR is not set: making a small corpus of SYNTHETIC speech to work on.');
  session.print('(`npx prosodia corpus fetch ravdess` downloads the real one, 199 MiB, CC BY-NC-SA 4.0.)');
  const code = await synthesize(session.signal, { out, speakers: 8, seed: 0 });
  if (session.signal.aborted)
    throw new ProsodiaError('ABORTED', 'Stopped while the synthetic corpus was made');
  if (code !== 0) throw new ProsodiaError('CORPUS', `The synthesizer ended with exit code ${code}`);
  return out;
}

function nextFolder(parent: string): string {
  for (let n = 1; ; n++) if (!existsSync(join(parent, `${n}`))) return join(parent, `${n}`);
}

// The speaker protocol comes first: its model is the one that is kept and tried.
async function trainAll(
  session: Session,
  corpus: Corpus,
  out: string,
  { recipe, seed, epochs }: StartOptions,
): Promise<RunResult[]> {
  const { trainRun } = await import('@prosodia/training');
  const results: RunResult[] = [];
  for (const protocol of PROTOCOLS) {
    session.print(`\n${recipe}, protocol ${protocol}`);
    results.push(
      await trainRun({
        recipe,
        corpus,
        outDir: runPath(out, recipe, protocol satisfies Protocol, seed),
        protocol,
        seed,
        epochs,
        signal: session.signal,
        onEvent: trainView(session),
      }),
    );
  }
  return results;
}

async function conclude(
  session: Session,
  corpus: Corpus,
  results: readonly RunResult[],
  seed: number,
): Promise<void> {
  const kept = results[0]!;
  const speakers = kept.judgement.evaluation.testSpeakers;
  const demo = await runDemo(session, corpus.recordings, {
    model: kept.modelPath!,
    count: DEMO_FILES,
    seed,
    speakers,
  });
  const rows = comparisonRows(results);
  const { reportRun } = await import('@prosodia/training');
  const report = await reportRun(kept, corpus, { comparison: rows, demo });
  session.print(`\n${DEMO_FILES} files of speakers the model never heard (${speakers.join(', ')}):`);
  printDemo(session, demo, false);
  session.print();
  session.print(
    textTable(
      ['Recipe', 'Protocol', 'Accuracy', 'UAR'],
      rows.map((row) => [row.recipe, row.protocol, row.accuracyText, row.uarText]),
    ),
  );
  for (const row of rows) if (row.caveat) session.print(`${row.protocol}: ${row.caveat}`);
  session.print(`\nmodel:  ${kept.modelPath}`);
  session.print(`report: ${report}  (open it in a browser)`);
  session.print(`try:    npx prosodia recognize FILE.wav --model ${kept.modelPath}`);
}
