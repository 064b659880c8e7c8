import { Worker } from 'node:worker_threads';
import type { Answers, WorkerReply, WorkerRequest, WorkerSetup } from './worker-messages.js';

/** How long a thread may take to release its session before it is ended by force. */
const CLOSE_TIMEOUT_MS = 5_000;

/** How a thread ended and what it had in hand. */
export interface Exit<Job> {
  readonly wasReady: boolean;
  readonly reason: string;
  readonly unfinished: readonly Job[];
}

export interface ThreadEvents<Job> {
  /** Called when the thread can take work: once it is ready, and after each run. */
  readonly onIdle: () => void;
  /** Called once, when the thread has ended, whatever the reason. */
  readonly onExit: (exit: Exit<Job>) => void;
}

/** What a run gave: rows × what was asked for, or why it could not be done. */
export type Outcome = Float32Array | string;

/**
 * One network thread as the pool sees it; it computes one run at a time.
 *
 * It holds the process while it starts, computes or closes; idle, it lets the process end.
 */
export class NetworkThread<Job> {
  /** Settles when the session is there, or rejects with why it is not. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #run: { jobs: readonly Job[]; done: (outcome: Outcome) => void } | undefined;
  #isReady = false;
  #closing = false;
  #reason = 'it stopped without saying why';

  constructor(setup: WorkerSetup, events: ThreadEvents<Job>) {
    // Flags of the main thread (test runners, loaders) are not for this one.
    this.#worker = new Worker(new URL('./network-worker.js', import.meta.url), {
      workerData: setup,
      execArgv: [],
      name: 'prosodia-network',
    });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (reply: WorkerReply) => {
        if (this.#isReady) return this.#answer(reply, events);
        if (reply.kind === 'failure') this.#reason = reply.message;
        if (reply.kind !== 'ready') return;
        this.#isReady = true;
        this.#worker.unref();
        resolve();
        events.onIdle();
      });
      this.#worker.once('exit', () => {
        reject(new Error(this.#reason));
        const unfinished = this.#run?.jobs ?? [];
        events.onExit({ wasReady: this.#isReady, reason: this.#reason, unfinished });
      });
    });
    this.#worker.on('error', (error: unknown) => {
      this.#reason = error instanceof Error ? error.message : String(error);
    });
  }

  /** True when a run can begin. */
  get idle(): boolean {
    return this.#isReady && !this.#closing && this.#run === undefined;
  }

  /**
   * Computes rows of equal length; the thread must be idle.
   *
   * @param jobs  what is handed back when the thread dies before it answers
   */
  compute(
    jobs: readonly Job[],
    { rows, answers }: { readonly rows: readonly Float32Array[]; readonly answers: Answers },
    done: (outcome: Outcome) => void,
  ): void {
    const rowLength = rows[0]?.length ?? 0;
    const joined = new Float32Array(rows.length * rowLength);
    rows.forEach((row, i) => {
      joined.set(row, i * rowLength);
    });
    this.#run = { jobs, done };
    this.#worker.ref();
    this.#send({ rows: joined, answers }, [joined.buffer]);
  }

  /** Releases the session after the run in hand and waits until the thread is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.#send(null, []);
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #answer(reply: WorkerReply, { onIdle }: ThreadEvents<Job>): void {
    const run = this.#run;
    this.#run = undefined;
    if (!this.#closing) this.#worker.unref();
    if (reply.kind === 'answer') run?.done(reply.values);
    if (reply.kind === 'failure') run?.done(reply.message);
    onIdle();
  }

  #send(request: WorkerRequest, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(request, transfer);
  }
}
