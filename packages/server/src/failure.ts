import { type ErrorReport, isProsodiaError, ProsodiaError } from '@prosodia/contracts';

/** An error with the status a client is told. */
export interface Failure {
  readonly status: number;
  readonly error: ErrorReport | { readonly code: string; readonly message: string };
}

const STATUS = {
  INVALID_ARGUMENT: 400,
  DECODE: 422,
  LIMIT: 413,
  ABORTED: 408,
  MODEL: 502,
  CORPUS: 500,
  CHECKPOINT: 500,
  NATIVE_LOAD: 500,
} as const;

/** Codes of requests that never reached our work. */
const REQUEST_CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_ALLOWED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  413: 'LIMIT',
  415: 'INVALID_ARGUMENT',
  429: 'BUSY',
  503: 'BUSY',
};

/** What a client is told of an error; what it should not know stays in the log. */
export function failureOf(error: unknown): Failure {
  if (isProsodiaError(error)) {
    const busy = error.code === 'LIMIT' && error.message.includes('maxQueue');
    return { status: busy ? 503 : STATUS[error.code], error: { code: error.code, message: error.message } };
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500)
    return { status: 500, error: { code: 'INTERNAL', message: 'Something unforeseen went wrong' } };
  return {
    status: statusCode,
    error: { code: REQUEST_CODES[statusCode] ?? 'INVALID_ARGUMENT', message: message ?? 'Bad request' },
  };
}

/** An error that a route answers with. */
export class RequestError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export function invalid(message: string): ProsodiaError {
  return new ProsodiaError('INVALID_ARGUMENT', message);
}
