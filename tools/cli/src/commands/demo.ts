import type { BatchItem, Recognition, Recording } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts';
import { Recognizer } from '@prosodia/runtime';
import { Command } from 'commander';
import { corpusFolder, listOf, wholeNumber } from '../options.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';

interface DemoOptions {
  readonly model: string;
  readonly corpus?: string;
  readonly count: number;
  readonly seed: number;
  readonly speakers?: string[];
  readonly json?: boolean;
}

/** One row of the paper's Fig. 20. */
export interface DemoRow {
  readonly file: string;
  readonly actual: string;
  readonly predicted: string;
  readonly correct: boolean;
}

const EXAMPLES = `
Examples:
  prosodia demo --model run/model.onnx --corpus ravdess
  prosodia demo --model run/model.onnx --corpus ravdess --speakers 20,21 --count 30 --seed 7`;

/** `prosodia demo`: files picked at random, recognised, with what was right and wrong (the paper's Fig. 20). */
export function demoCommand(session: Session): Command {
  return new Command('demo')
    .requiredOption('--model <file>', 'a model.onnx')
    .option('--corpus <dir>', 'labelled recordings; RAVDESS_DIR unless given')
    .option('--count <n>', 'how many files', wholeNumber(1, 100_000), 18)
    .option('--seed <n>', 'which files', wholeNumber(0, 0xffff_ffff), 0)
    .option('--speakers <list>', 'only these speakers, e.g. those the model never heard', listOf(String))
    .option('--json', 'one JSON line: rows and accuracy')
    .addHelpText('after', EXAMPLES)
    .action(async (options: DemoOptions) => {
      const { loadCorpus } = await import('@prosodia/training');
      const corpus = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
      const rows = await runDemo(session, corpus.recordings, options);
      printDemo(session, rows, options.json ?? false);
    });
}

/** Recognises `count` of the recordings, drawn by `seed` without replacement. */
export async function runDemo(
  session: Session,
  recordings: readonly Recording[],
  options: { model: string; count: number; seed: number; speakers?: readonly string[] | undefined },
): Promise<DemoRow[]> {
  const { speakers } = options;
  const known = new Set(recordings.map((recording) => recording.speaker));
  const missing = speakers?.filter((speaker) => !known.has(speaker)) ?? [];
  if (missing.length > 0)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected --speakers of this corpus (${[...known].sort().join(', ')}) but received ${missing.join(', ')}`,
    );
  const pool = speakers ? recordings.filter(({ speaker }) => speakers.includes(speaker)) : recordings;
  const { Random } = await import('@prosodia/training');
  const order = new Random(options.seed, 'demo').permutation(pool.length);
  const chosen = Array.from(order.subarray(0, options.count), (index) => pool[index]!);
  const recognizer = await Recognizer.load(options.model);
  try {
    const answers = await recognizer.recognizeBatch(
      chosen.map((recording) => recording.path),
      { signal: session.signal },
    );
    return chosen.map((recording, i) => demoRow(recording, answers[i]!));
  } finally {
    await recognizer.close();
  }
}

function demoRow(recording: Recording, answer: BatchItem<Recognition>): DemoRow {
  const predicted = answer.ok ? answer.value.label : `error: ${answer.error.message}`;
  return {
    file: recording.path.split('/').slice(-2).join('/'),
    actual: recording.emotion,
    predicted,
    correct: predicted === recording.emotion,
  };
}

/** Prints the table of Fig. 20 and the accuracy below it. */
export function printDemo(session: Session, rows: readonly DemoRow[], json: boolean): void {
  const right = rows.filter((row) => row.correct).length;
  const accuracy = right / rows.length;
  if (json) {
    session.json({ rows, accuracy });
    return;
  }
  session.print(
    textTable(
      ['File', 'Actual emotion', 'Predicted emotion', ''],
      rows.map((row) => [row.file, row.actual, row.predicted, row.correct ? 'Correct' : 'Incorrect']),
    ),
  );
  session.print(`Accuracy: ${right} of ${rows.length} (${(100 * accuracy).toFixed(1)} %)`);
}
