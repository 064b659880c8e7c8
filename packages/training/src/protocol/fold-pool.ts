import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, ProsodiaError } from '@prosodia/contracts';
import type { FoldTask, WorkerMessage } from './fold-job.js';

export interface FoldPoolOptions {
  /** File of the job. */
  readonly jobFile: string;
  /** Processes at once. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onDone: (task: FoldTask) => void;
}

/**
 * Runs folds in processes of their own, a few at once.
 *
 * @throws ProsodiaError ABORTED; what a fold threw; MODEL when a process dies
 */
export async function runFolds(tasks: readonly FoldTask[], options: FoldPoolOptions): Promise<void> {
  if (tasks.length === 0) return;
  const waiting = [...tasks];
  const children: ChildProcess[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const onAbort = () =>
        reject(new ProsodiaError('ABORTED', 'The folds were aborted; what is finished is kept'));
      if (options.signal?.aborted) return onAbort();
      options.signal?.addEventListener('abort', onAbort, { once: true });
      let left = tasks.length;
      for (let index = 0; index < Math.min(options.jobs, tasks.length); index++)
        children.push(
          startWorker(options.jobFile, waiting, reject, (task) => {
            options.onDone(task);
            left -= 1;
            if (left === 0) {
              options.signal?.removeEventListener('abort', onAbort);
              resolve();
            }
          }),
        );
    });
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function startWorker(
  jobFile: string,
  waiting: FoldTask[],
  fail: (error: Error) => void,
  done: (task: FoldTask) => void,
): ChildProcess {
  const child = fork(fileURLToPath(new URL('./fold-worker.js', import.meta.url)), [jobFile], {
    // The parent's own flags (-e, --input-type) are not for a file.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // TensorFlow's greeting on standard error is no news.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' },
  });
  const next = (): void => {
    const task = waiting.shift();
    if (task) child.send(task);
  };
  child.on('message', (message: WorkerMessage) => {
    if (message.kind === 'failed') return fail(new ProsodiaError(message.code as ErrorCode, message.message));
    if (message.kind === 'done') done(message.task);
    next();
  });
  child.on('error', fail);
  child.on('exit', (code, signal) =>
    fail(new ProsodiaError('MODEL', `A fold's process ended by itself (${signal ?? code})`)),
  );
  return child;
}
