import { ProsodiaError } from '@prosodia/contracts/errors';

/** The error for a model file that is not accepted. */
export function refused(name: string, why: string, cause?: unknown): ProsodiaError {
  return new ProsodiaError('MODEL', `Cannot use ${name} as a model: ${why}`, { cause });
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
