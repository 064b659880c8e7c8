import { type BatchItem, type ErrorCode, isProsodiaError } from '@prosodia/contracts';

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

function failureOf(error: unknown): { ok: false; error: { code: ErrorCode; message: string } } {
  if (!isProsodiaError(error) || error.code === 'ABORTED') throw error;
  return { ok: false, error: { code: error.code, message: error.message } };
}
