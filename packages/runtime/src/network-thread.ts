import { ProsodiaError } from '@prosodia/contracts/errors';
import { type ComputeHost, startHost } from './compute-host.js';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './worker-messages.js';

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

/** A run's jobs, handed back when the thread dies before it answers, and what hears the answer. */
export interface Run<Job> {
  readonly jobs: readonly Job[];
  readonly done: (reply: WorkerReply) => void;
}

/**
 * One network thread as the pool sees it; it computes one run at a time.
 *
 * It begins to load ONNX Runtime when it is made, and a model when it is opened. It holds the process while it starts,
 * computes or closes; idle, it lets the process end.
 */
export class NetworkThread<Job> {
  /** Settles when the session is there, or rejects with why it is not. */
  readonly ready: Promise<void>;
  readonly #host: ComputeHost<WorkerSetup, WorkerRequest>;
  #run: Run<Job> | undefined;
  #isReady = false;
  #closing = false;
  #refusal: Error | undefined;

  constructor(events: ThreadEvents<Job>) {
    let opened = () => {};
    let failed = (_: Error) => {};
    this.ready = new Promise((resolve, reject) => {
      opened = resolve;
      failed = reject;
    });
    // Whoever waits for it hears of a failure; a thread that was never opened has nobody waiting.
    this.ready.catch(() => {});
    this.#host = startHost<WorkerSetup, WorkerRequest, WorkerReply>(
      new URL('./network-worker.js', import.meta.url),
      'prosodia-network',
      {
        onReply: (reply) => {
          if (this.#isReady) return this.#answer(reply, events);
          if (reply.kind === 'failure')
            this.#refusal = reply.code
              ? new ProsodiaError(reply.code, reply.message)
              : new Error(reply.message);
          if (reply.kind !== 'ready') return;
          this.#isReady = true;
          if (!this.#closing) this.#host.unref();
          opened();
          events.onIdle();
        },
        onExit: (why) => {
          const reason = this.#refusal?.message ?? why;
          failed(this.#refusal ?? new Error(reason));
          events.onExit({ wasReady: this.#isReady, reason, unfinished: this.#run?.jobs ?? [] });
        },
      },
    );
  }

  /** Gives it its model; `ready` tells when it can take work. */
  open(setup: WorkerSetup): void {
    this.#host.open(setup);
  }

  /** True when a run can begin. */
  get idle(): boolean {
    return this.#isReady && !this.#closing && this.#run === undefined;
  }

  /**
   * Begins a run; the thread must be idle.
   *
   * @param transfer  what of the request is handed over instead of copied
   */
  begin(run: Run<Job>, request: WorkerRequest, transfer: ArrayBuffer[]): void {
    this.#run = run;
    this.#host.ref();
    this.#host.post(request, transfer);
  }

  /** Releases the session after the run in hand and waits until the thread is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#host.ref();
    this.#host.post(null);
    await this.#host.ended();
  }

  #answer(reply: WorkerReply, { onIdle }: ThreadEvents<Job>): void {
    const run = this.#run;
    this.#run = undefined;
    if (!this.#closing) this.#host.unref();
    run?.done(reply);
    onIdle();
  }
}
