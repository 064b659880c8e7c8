import { type LongCallOptions, ProsodiaError, type Recording } from '@prosodia/contracts';
import { Recognizer } from '@prosodia/runtime';
import { confusionMatrix, scoresOf } from '@prosodia/training';

/** Answers that are timed, of each model in turn. */
const TIMED = 200;

export interface JudgedModel {
  readonly bytes: number;
  /** Of the network alone, one row; median. */
  readonly answerMs: number;
  readonly uar: number;
  readonly accuracy: number;
}

/**
 * Lets several files of one model answer the same recordings.
 *
 * @returns each model's figures, and the share of recordings that all answered alike
 * @throws ProsodiaError as `Recognizer`, also for a recording that cannot be read
 */
export async function judgeModels(
  files: readonly Uint8Array[],
  recordings: readonly Recording[],
  call: LongCallOptions,
): Promise<{ models: JudgedModel[]; agreement: number }> {
  const recognizers: Recognizer[] = [];
  try {
    for (const file of files) recognizers.push(await Recognizer.load(file));
    const { labels } = recognizers[0]!;
    const truth = recordings.map(({ emotion }) => labels.indexOf(emotion));
    const answers: number[][] = [];
    for (const recognizer of recognizers) answers.push(await answersOf(recognizer, recordings, call));
    const times = await timesOf(recognizers);
    const models = answers.map((found, index) => {
      const scores = scoresOf(confusionMatrix(truth, found, labels.length));
      const { uar, accuracy } = scores;
      return { bytes: files[index]!.length, answerMs: times[index]!, uar, accuracy };
    });
    const alike = recordings.filter((_, i) => answers.every((found) => found[i] === answers[0]![i]));
    return { models, agreement: alike.length / recordings.length };
  } finally {
    await Promise.all(recognizers.map((recognizer) => recognizer.close()));
  }
}

async function answersOf(
  recognizer: Recognizer,
  recordings: readonly Recording[],
  call: LongCallOptions,
): Promise<number[]> {
  const items = await recognizer.recognizeBatch(
    recordings.map(({ path }) => path),
    call,
  );
  return items.map((item) => {
    if (item.ok) return recognizer.labels.indexOf(item.value.label);
    throw new ProsodiaError(item.error.code, item.error.message);
  });
}

/** In turn, so that whatever slows the machine slows all alike. */
async function timesOf(recognizers: readonly Recognizer[]): Promise<number[]> {
  const times = recognizers.map(() => new Float64Array(TIMED));
  for (let i = 0; i < TIMED; i++)
    for (const [index, recognizer] of recognizers.entries()) {
      const length = recognizer.inputs.reduce((sum, { size }) => sum + size, 0);
      const row = Float32Array.from({ length }, (_, place) => Math.sin(place + i) + 1);
      const begin = performance.now();
      await recognizer.infer([row]);
      times[index]![i] = performance.now() - begin;
    }
  return times.map((each) => each.sort()[TIMED / 2]!);
}
