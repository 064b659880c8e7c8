import { type ComputeHost, startHost } from './compute-host.js';
import type { Answers, WorkerReply, WorkerRequest, WorkerSetup } from './worker-messages.js';

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
  readonly #host: ComputeHost<WorkerRequest>;
  #run: { jobs: readonly Job[]; done: (outcome: Outcome) => void } | undefined;
  #isReady = false;
  #closing = false;
  #refusal: string | undefined;

  constructor(setup: WorkerSetup, events: ThreadEvents<Job>) {
    let opened = () => {};
    let failed = (_: Error) => {};
    this.ready = new Promise((resolve, reject) => {
      opened = resolve;
      failed = reject;
    });
    this.#host = startHost<WorkerRequest, WorkerReply>(
      new URL('./network-worker.js', import.meta.url),
      { name: 'prosodia-network', setup },
      {
        onReply: (reply) => {
          if (this.#isReady) return this.#answer(reply, events);
          if (reply.kind === 'failure') this.#refusal = reply.message;
          if (reply.kind !== 'ready') return;
          this.#isReady = true;
          this.#host.unref();
          opened();
          events.onIdle();
        },
        onExit: (why) => {
          const reason = this.#refusal ?? why;
          failed(new Error(reason));
          events.onExit({ wasReady: this.#isReady, reason, unfinished: this.#run?.jobs ?? [] });
        },
      },
    );
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
    this.#host.ref();
    this.#send({ rows: joined, answers }, [joined.buffer]);
  }

  /** Releases the session after the run in hand and waits until the thread is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#host.ref();
    this.#send(null, []);
    await this.#host.ended();
  }

  #answer(reply: WorkerReply, { onIdle }: ThreadEvents<Job>): void {
    const run = this.#run;
    this.#run = undefined;
    if (!this.#closing) this.#host.unref();
    if (reply.kind === 'answer') run?.done(reply.values);
    if (reply.kind === 'failure') run?.done(reply.message);
    onIdle();
  }

  #send(request: WorkerRequest, transfer: ArrayBuffer[]): void {
    this.#host.post(request, transfer);
  }
}
