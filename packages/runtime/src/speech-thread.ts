import { performance } from 'node:perf_hooks';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { type ComputeHost, startHost } from './compute-host.js';
import { SpeechCrowd } from './speech-crowd.js';
import {
  SPEECH_CONTEXT_SAMPLES,
  SPEECH_FRAME_SAMPLES,
  SPEECH_STATE_SIZE,
  type SpeechReply,
  type SpeechRequest,
  type SpeechResult,
  type SpeechWork,
} from './speech-messages.js';

/** Works computed in one run: more would not be faster and would delay the first. */
const MAX_WORKS_PER_RUN = 128;
/**
 * Where many listen, works are gathered for this long: a frame beside others takes a fifth of the time it takes alone.
 * Fewer listeners are answered at once.
 */
const GATHER_MS = 4;
/** Frames that are worth starting at once. */
const ENOUGH_FRAMES = 48;
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
  readonly #crowd = new SpeechCrowd();
  #startedMs = Number.NEGATIVE_INFINITY;
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param model  the bytes of the detector's ONNX file, as its authors publish it */
  constructor(model: Uint8Array) {
    this.#model = model;
  }

  /**
   * @param listener  whose work it is
   * @throws ProsodiaError ABORTED after `close`, MODEL when the network cannot be computed
   */
  run(listener: object, work: SpeechWork): Promise<SpeechResult> {
    this.#crowd.note(listener, performance.now());
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
    if (!this.#ready || this.#isGathering()) return;
    this.#startedMs = performance.now();
    this.#running = this.#queue.splice(0, MAX_WORKS_PER_RUN);
    for (const job of this.#running) job.attempts++;
    this.#host!.ref();
    const request = packed(this.#running.map(({ work }) => work));
    this.#host!.post(request, [request.values.buffer]);
  }

  /** Whether to wait for more; then it is started later. */
  #isGathering(): boolean {
    if (!this.#crowd.isLarge) return false;
    const waitMs = this.#startedMs + GATHER_MS - performance.now();
    const frames = this.#queue.reduce((sum, { work }) => sum + framesOf(work), 0);
    if (waitMs <= 0 || frames >= ENOUGH_FRAMES) return false;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#dispatch();
    }, waitMs);
    return true;
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
    if (reply.kind === 'answer') answer(jobs, reply.values);
    if (reply.kind === 'failure') for (const job of jobs) job.fail(broken(reply.message));
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

function packed(works: readonly SpeechWork[]): NonNullable<SpeechRequest> {
  const total = works.reduce((sum, { samples }) => sum + SPEECH_STATE_SIZE + samples.length, 0);
  const values = new Float32Array(total);
  let at = 0;
  for (const { samples, state } of works) {
    values.set(state, at);
    values.set(samples, at + SPEECH_STATE_SIZE);
    at += SPEECH_STATE_SIZE + samples.length;
  }
  return { frames: works.map(framesOf), values };
}

function answer(jobs: readonly Job[], values: Float32Array): void {
  let at = 0;
  for (const { work, finish } of jobs) {
    const probabilities = at + SPEECH_STATE_SIZE;
    const end = probabilities + framesOf(work);
    // The state is kept: a copy, so that it does not hold everybody's answers.
    finish({ state: values.slice(at, probabilities), probabilities: values.subarray(probabilities, end) });
    at = end;
  }
}

function framesOf({ samples }: SpeechWork): number {
  return (samples.length - SPEECH_CONTEXT_SAMPLES) / SPEECH_FRAME_SAMPLES;
}

function closed(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The speech detector was closed');
}

function broken(reason: string): ProsodiaError {
  return new ProsodiaError('MODEL', `The speech detector could not compute: ${reason}`);
}
