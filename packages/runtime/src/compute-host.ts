import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import type { HostMessage } from './host-port.js';
import { BUSY, type HostStart, isBusy, STATE_BYTES, stopAndWait } from './host-state.js';

/** How long an idle host may take to end when asked to, before it is ended by force. */
const CLOSE_TIMEOUT_MS = 5_000;
const YOUNG_GENERATION_MIB = 2;

export interface HostEvents<Reply> {
  readonly onReply: (reply: Reply) => void;
  /** Called once, with why it ended. */
  readonly onExit: (reason: string) => void;
}

/** A thread or a process that holds one ONNX Runtime session; it ends after the request that tells it to. */
export interface ComputeHost<Setup, Request> {
  /** Gives it what it is opened with; its first reply answers this. */
  open(setup: Setup): void;
  post(request: Request, transfer?: ArrayBuffer[]): void;
  /** Keeps the caller's process alive, or lets it end. */
  ref(): void;
  unref(): void;
  /** Resolves when it has ended, which the last request asked for; nothing is stopped while it computes. */
  ended(): Promise<void>;
}

/**
 * Starts a program that serves requests through `host-port`, once it has been opened.
 *
 * ONNX Runtime's binding aborts the whole process when a thread is ended while it computes. Our own threads are never
 * ended then, but a program that runs us in a worker thread may end that at any time, and ours with it. Inside a
 * worker thread the host is therefore a process, which only loses its parent and ends by itself.
 *
 * @param script  the program
 * @param name  of the thread, for debuggers
 */
export function startHost<Setup, Request, Reply>(
  script: URL,
  name: string,
  events: HostEvents<Reply>,
): ComputeHost<Setup, Request> {
  return isMainThread ? startThread(script, name, events) : startProcess(script, events);
}

function startThread<Setup, Request, Reply>(
  script: URL,
  name: string,
  { onReply, onExit }: HostEvents<Reply>,
): ComputeHost<Setup, Request> {
  const state = new Int32Array(new SharedArrayBuffer(STATE_BYTES));
  Atomics.store(state, BUSY, 1);
  let reason = 'it stopped without saying why';
  // Flags of the main thread (test runners, loaders) are not for this one.
  const worker = new Worker(script, {
    workerData: { state } satisfies HostStart,
    execArgv: [],
    name,
    // It makes little garbage, and lets it lie for as long as there is room: some 8 MiB a thread otherwise.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
  });
  guardExit(state, worker);
  worker.on('message', onReply);
  worker.on('error', (error: unknown) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
      onExit(reason);
    });
  });
  const post = (message: HostMessage<Setup, Request>, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer);
  return {
    open: (setup) => post({ setup }),
    post: (request, transfer) => post({ request }, transfer),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    async ended() {
      const timer = setInterval(() => {
        if (!isBusy(state)) void worker.terminate();
      }, CLOSE_TIMEOUT_MS);
      await exited;
      clearInterval(timer);
    },
  };
}

/** Threads that must not be in the middle of a run when the process ends. */
const guarded = new Map<Worker, Int32Array>();

function guardExit(state: Int32Array, worker: Worker): void {
  if (guarded.size === 0) process.on('exit', waitForAll);
  guarded.set(worker, state);
  worker.once('exit', () => {
    guarded.delete(worker);
    if (guarded.size === 0) process.off('exit', waitForAll);
  });
}

/** `process.exit()` ends threads wherever they are: those that compute are waited for. */
function waitForAll(): void {
  for (const state of guarded.values()) stopAndWait(state, CLOSE_TIMEOUT_MS);
}

function startProcess<Setup, Request, Reply>(
  script: URL,
  { onReply, onExit }: HostEvents<Reply>,
): ComputeHost<Setup, Request> {
  const child = fork(fileURLToPath(script), { execArgv: [], serialization: 'advanced' });
  let reason = 'it stopped without saying why';
  child.on('message', (reply) => onReply(reply as Reply));
  const exited = new Promise<void>((resolve) => {
    const end = (why: string) => {
      reason = why;
      resolve();
      onExit(reason);
    };
    // A program that cannot be started has an error and no exit.
    child.once('error', (error) => child.pid === undefined && end(error.message));
    child.once('exit', (code, signal) => end(`it ended with ${signal ?? `code ${code}`}`));
  });
  // A request that comes too late is answered by the exit.
  const post = (message: HostMessage<Setup, Request>) => void child.send(message, () => {});
  return {
    open: (setup) => post({ setup }),
    post: (request) => post({ request }),
    ref: () => {
      child.ref();
      child.channel?.ref();
    },
    unref: () => {
      child.unref();
      child.channel?.unref();
    },
    async ended() {
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
