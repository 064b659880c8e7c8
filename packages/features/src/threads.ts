import { availableParallelism } from 'node:os';
import { ProsodiaError } from '@prosodia/contracts/errors';

/** The most threads one call may ask for. */
const MAX_THREADS = 256;

/**
 * How many threads a call uses: `asked`, else the environment variable PROSODIA_THREADS, else one per core.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when either is not a whole number from 1 to 256
 */
export function resolveThreads(asked: number | undefined): number {
  if (asked !== undefined) return checked(asked, 'threads', asked);
  const variable = process.env.PROSODIA_THREADS;
  if (variable) return checked(Number(variable), 'PROSODIA_THREADS', variable);
  return Math.min(MAX_THREADS, Math.max(1, availableParallelism()));
}

function checked(value: number, name: string, received: unknown): number {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_THREADS) return value;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a whole number from 1 to ${MAX_THREADS} for ${name} but received ${String(received)}`,
  );
}
