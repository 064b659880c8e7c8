import type { BatchItem, ErrorCode } from '@prosodia/contracts';
import { isProsodiaError, ProsodiaError } from '@prosodia/contracts/errors';

/** An answer or its error; being aborted, and whatever is no error of ours, ends the whole batch. */
export function itemOf<T>(work: () => T): BatchItem<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return failureOf(error);
  }
}

/** As `itemOf`, of work that takes time. */
export async function settledItemOf<T>(work: () => Promise<T>): Promise<BatchItem<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return failureOf(error);
  }
}

/** An item's answer; its error is thrown. */
export function resultOf<T>(item: BatchItem<T>): T {
  if (item.ok) return item.value;
  throw new ProsodiaError(item.error.code, item.error.message);
}

/** Answers without errors; the first error is thrown. */
export function answersOf(answers: readonly (Float32Array | Error)[]): Float32Array[] {
  return answers.map((answer) => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

function failureOf(error: unknown): { ok: false; error: { code: ErrorCode; message: string } } {
  if (!isProsodiaError(error) || error.code === 'ABORTED') throw error;
  return { ok: false, error: { code: error.code, message: error.message } };
}
