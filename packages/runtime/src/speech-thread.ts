import { ProsodiaError } from '@prosodia/contracts/errors';
import { type ComputeHost, startHost } from './compute-host.js';
import type { SpeechReply, SpeechRequest, SpeechResult, SpeechWork } from './speech-messages.js';

/** Works computed in one run: more would not be faster and would delay the first. */
const MAX_WORKS_PER_RUN = 128;
/** A work is done again once when the thread died with it. */
const ATTEMPTS = 2;

interface Job {
  readonly work: SpeechWork;
  attempts: number;
  readonly finish: (result: SpeechResult) => void;
  readonly fail: (error: ProsodiaError) => void;
}

/**
 * The detector's thread as the event loop sees it: works that wait together are computed together.
 *
 * It keeps nothing of a listener, so that another thread can go on where a dead one stopped.
 */
export class SpeechThread {
  readonly #model: Uint8Array;
  readonly #queue: Job[] = [];
  #host: ComputeHost<Uint8Array, SpeechRequest> | undefined;
  #ready = false;
  #running: Job[] = [];
  #closed = false;

  /** @param model  the bytes of the detector's ONNX file */
  constructor(model: Uint8Array) {
    this.#model = model;
  }

  /** @throws ProsodiaError ABORTED after `close`, MODEL when the network cannot be computed */
  run(work: SpeechWork): Promise<SpeechResult> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((finish, fail) => {
      this.#queue.push({ work, attempts: 0, finish, fail });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const job of [...this.#queue.splice(0), ...this.#running.splice(0)]) job.fail(closed());
    this.#host?.ref();
    this.#host?.post(null);
    await this.#host?.ended();
  }

  #dispatch(): void {
    if (this.#queue.length === 0 || this.#running.length > 0) return;
    if (!this.#host) this.#start();
    if (!this.#ready) return;
    this.#running = this.#queue.splice(0, MAX_WORKS_PER_RUN);
    for (const job of this.#running) job.attempts++;
    this.#host!.ref();
    this.#host!.post(this.#running.map(({ work }) => work));
  }

  #start(): void {
    this.#host = startHost<Uint8Array, SpeechRequest, SpeechReply>(
      new URL('./speech-worker.js', import.meta.url),
      'prosodia-speech',
      { onReply: (reply) => this.#answer(reply), onExit: (reason) => this.#exited(reason) },
    );
    this.#host.open(this.#model);
  }

  #answer(reply: SpeechReply): void {
    if (reply.kind === 'ready') this.#ready = true;
    const jobs = this.#running.splice(0);
    jobs.forEach((job, i) => {
      if (reply.kind === 'answer') job.finish(reply.results[i]!);
      if (reply.kind === 'failure') job.fail(broken(reply.message));
    });
    if (!this.#closed) this.#host?.unref();
    this.#dispatch();
  }

  #exited(reason: string): void {
    const cameUp = this.#ready;
    this.#host = undefined;
    this.#ready = false;
    const jobs = [...this.#running.splice(0), ...this.#queue.splice(0)];
    for (const job of jobs) {
      if (cameUp && job.attempts < ATTEMPTS) this.#queue.push(job);
      else job.fail(broken(reason));
    }
    this.#dispatch();
  }
}

function closed(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The speech detector was closed');
}

function broken(reason: string): ProsodiaError {
  return new ProsodiaError('MODEL', `The speech detector could not compute: ${reason}`);
}
