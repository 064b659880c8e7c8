import { type ErrorReport, isProsodiaError } from '@prosodia/contracts';
import { EXIT } from './exit.js';
import type { Session } from './session.js';

/** An error as a batch reports it; anything unforeseen keeps its message under the code the caller names. */
export function errorReport(error: unknown, code: ErrorReport['code'] = 'DECODE'): ErrorReport {
  if (isProsodiaError(error)) return { code: error.code, message: error.message };
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** Tells of one file that failed, in the form asked for, and lets the others go on. */
export function reportFileError(session: Session, path: string, error: ErrorReport, json: boolean): void {
  session.exitCode = EXIT.failed;
  if (json) session.json({ path, error });
  else session.fail(new Error(`${path}: ${error.message} [${error.code}]`));
}
