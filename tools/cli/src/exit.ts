import { isProsodiaError } from '@prosodia/contracts';

/** What the process's exit code says. */
export const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** A bad argument is the caller's to mend (2); anything else that went wrong is a failure (1). */
export function exitCodeOf(error: unknown): number {
  if (!isProsodiaError(error)) return EXIT.failed;
  if (error.code === 'INVALID_ARGUMENT') return EXIT.usage;
  return error.code === 'ABORTED' ? EXIT.stopped : EXIT.failed;
}
