import { setMaxListeners } from 'node:events';
import { isProsodiaError } from '@prosodia/contracts';
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import { EXIT } from './exit.js';

/** What every command has of the terminal: where to print, how to show progress, when to stop. */
export interface Session {
  /** Aborted by the first Ctrl-C; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** What the process will say when nothing is thrown; a command sets it to 1 when some of its items failed. */
  exitCode: number;
  /** A result, for a person: standard output. */
  print(line?: string): void;
  /** A result, for a machine: one line of JSON on standard output. */
  json(value: unknown): void;
  /** Said beside the results: standard error. */
  note(line: string): void;
  /** An error, without a stack unless PROSODIA_DEBUG is set. */
  fail(error: unknown): void;
  /** A progress bar on standard error; silent where that is no terminal. */
  progress(title: string): ProgressBar;
  close(): void;
}

export interface ProgressBar {
  update(progress: { readonly done: number; readonly total: number }, note?: string): void;
  stop(): void;
}

/** Opens the session of one run of the command line. */
export function createSession(): Session {
  const controller = new AbortController();
  // One signal for all files of a command: as many listen as are under way.
  setMaxListeners(0, controller.signal);
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    process.stderr.write('\nstopping … (Ctrl-C again to stop at once)\n');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return {
    signal: controller.signal,
    exitCode: EXIT.done,
    print: (line = '') => void process.stdout.write(`${line}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    note: (line) => void process.stderr.write(`${pc.dim(line)}\n`),
    fail: (error) => void process.stderr.write(`${pc.red('error')}: ${describe(error)}\n`),
    progress: createBar,
    close: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    },
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PROSODIA_DEBUG) return error.stack ?? error.message;
  return isProsodiaError(error) ? `${error.message} [${error.code}]` : error.message;
}

function createBar(title: string): ProgressBar {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total} {eta_formatted} {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 28,
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: false,
    stream: process.stderr,
  });
  let started = false;
  return {
    update: ({ done, total }, note = '') => {
      if (!started) bar.start(total, done, { note });
      started = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
