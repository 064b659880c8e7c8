import { ProsodiaError } from '@prosodia/contracts';
import { aborted } from './gate.js';
import { MAX_FLOATS_PER_RUN, MAX_ROWS_PER_RUN } from './limits.js';
import { type Exit, NetworkThread } from './network-thread.js';
import { rowSizeOf } from './row-layout.js';
import type { Answers, WorkerSetup } from './worker-messages.js';

/** A row is computed again once when the thread that had it died. */
const ATTEMPTS = 2;

/** What one caller waits for. */
interface Call {
  readonly answers: Answers;
  unanswered: number;
  readonly answer: (place: number, answer: Float32Array | ProsodiaError) => void;
  readonly end: (settle: () => void) => void;
  readonly fail: (error: ProsodiaError) => void;
}

interface Job {
  readonly row: Float32Array;
  readonly place: number;
  readonly call: Call;
  attempts: number;
}

/**
 * Computes rows on threads, since ONNX Runtime's `run` computes on the thread that calls it.
 *
 * Why not tinypool: it never notices a thread that exits without an error (the caller would wait for ever), it
 * aborts a running task by killing its thread and session, it hands over one task at a time where a network
 * computes many rows at once for less, and it asks the system for memory figures after each task.
 */
export class NetworkPool {
  readonly #setup: WorkerSetup;
  readonly #name: string;
  readonly #rowsPerRun: number;
  readonly #threads = new Set<NetworkThread<Job>>();
  readonly #calls = new Set<Call>();
  #queue: Job[] = [];
  #closed = false;

  private constructor(setup: WorkerSetup, name: string) {
    this.#setup = setup;
    this.#name = name;
    const rowSize = rowSizeOf(setup.inputs);
    this.#rowsPerRun = Math.max(1, Math.min(MAX_ROWS_PER_RUN, Math.floor(MAX_FLOATS_PER_RUN / rowSize)));
  }

  /**
   * Starts the threads and waits until each has its session.
   *
   * @param name  names the model in messages
   * @throws ProsodiaError MODEL when ONNX Runtime refuses the model
   */
  static async open(setup: WorkerSetup, threads: number, name: string): Promise<NetworkPool> {
    const pool = new NetworkPool(setup, name);
    try {
      await Promise.all(Array.from({ length: threads }, () => pool.#start().ready));
    } catch (cause) {
      await pool.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProsodiaError('MODEL', `Cannot use ${name} as a model: ${why}`, { cause });
    }
    return pool;
  }

  /**
   * Probabilities of each row, in label order, or its embeddings one after the other; or why the network could not
   * compute them.
   *
   * Rows that wait together, of one call or of several, are computed together.
   *
   * @throws ProsodiaError ABORTED
   */
  run(
    rows: readonly Float32Array[],
    signal?: AbortSignal,
    wanted: Answers = 'probabilities',
  ): Promise<(Float32Array | ProsodiaError)[]> {
    if (this.#closed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(aborted());
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const answers = new Array<Float32Array | ProsodiaError>(rows.length);
      const call: Call = {
        answers: wanted,
        unanswered: rows.length,
        answer: (place, answer) => {
          answers[place] = answer;
          if (--call.unanswered === 0) call.end(() => resolve(answers));
        },
        end: (settle) => {
          signal?.removeEventListener('abort', onAbort);
          this.#calls.delete(call);
          settle();
        },
        fail: (error) => call.end(() => reject(error)),
      };
      const onAbort = () => {
        this.#queue = this.#queue.filter((job) => job.call !== call);
        call.fail(aborted());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#calls.add(call);
      for (const [place, row] of rows.entries()) this.#queue.push({ row, place, call, attempts: 0 });
      this.#dispatch();
    });
  }

  /** Rejects what is not finished, releases every session and waits for the threads to end. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue = [];
    for (const call of this.#calls) call.fail(closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #start(): NetworkThread<Job> {
    const thread: NetworkThread<Job> = new NetworkThread<Job>(this.#setup, {
      onIdle: () => this.#dispatch(),
      onExit: (exit) => this.#replace(thread, exit),
    });
    this.#threads.add(thread);
    return thread;
  }

  /** Gives each idle thread its share of the queue. */
  #dispatch(): void {
    for (const thread of this.#threads) {
      if (this.#queue.length === 0) return;
      if (!thread.idle) continue;
      const share = Math.ceil(this.#queue.length / this.#threads.size);
      const { answers } = this.#queue[0]!.call;
      const other = this.#queue.findIndex(({ call }) => call.answers !== answers);
      const alike = other < 0 ? this.#queue.length : other;
      const jobs = this.#queue.splice(0, Math.min(share, alike, this.#rowsPerRun));
      for (const job of jobs) job.attempts++;
      thread.compute(jobs, { rows: jobs.map(({ row }) => row), answers }, (outcome) =>
        this.#settle(jobs, outcome),
      );
    }
  }

  #settle(jobs: readonly Job[], outcome: Float32Array | string): void {
    jobs.forEach((job, i) => {
      const width = outcome.length / jobs.length;
      const answer =
        typeof outcome === 'string'
          ? new ProsodiaError('MODEL', `The network of ${this.#name} could not compute: ${outcome}`)
          : outcome.subarray(i * width, (i + 1) * width);
      job.call.answer(job.place, answer);
    });
  }

  /** A thread ended: its rows go back to the front of the queue and another thread takes its place. */
  #replace(thread: NetworkThread<Job>, { wasReady, reason, unfinished }: Exit<Job>): void {
    this.#threads.delete(thread);
    if (this.#closed) return;
    const wanted = unfinished.filter(({ call }) => this.#calls.has(call));
    for (const job of wanted) if (job.attempts >= ATTEMPTS) this.#giveUp(job, reason);
    this.#queue.unshift(...wanted.filter(({ attempts }) => attempts < ATTEMPTS));
    // A thread that never came up would not come up the next time either.
    if (wasReady)
      this.#start().ready.then(
        () => this.#dispatch(),
        () => {},
      );
    if (this.#threads.size > 0) return;
    for (const job of this.#queue.splice(0)) this.#giveUp(job, reason);
  }

  #giveUp({ call, place }: Job, reason: string): void {
    const message = `The thread that ran the network of ${this.#name} ended: ${reason}`;
    call.answer(place, new ProsodiaError('MODEL', message));
  }
}

function closed(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The recognizer was closed before the answer was there');
}
