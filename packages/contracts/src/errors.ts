/** Every way a Prosodia call can fail, as a stable word a program can switch on. */
export const ERROR_CODES = [
  'INVALID_ARGUMENT',
  'DECODE',
  'LIMIT',
  'ABORTED',
  'MODEL',
  'CORPUS',
  'CHECKPOINT',
  'NATIVE_LOAD',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error class of every package.
 *
 * The message names the argument or file, the rule it broke and the value that broke it.
 *
 * @example
 * throw new ProsodiaError('INVALID_ARGUMENT', 'Expected a positive number for hopLength but received -1');
 */
export class ProsodiaError extends Error {
  override readonly name = 'ProsodiaError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for a ProsodiaError made by any copy of this package, in this realm or another. */
export function isProsodiaError(value: unknown): value is ProsodiaError {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { name?: unknown }).name === 'ProsodiaError' &&
    ERROR_CODES.includes((value as { code?: unknown }).code as ErrorCode)
  );
}

/** An error as plain data, for JSON lines and batch results. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
}
