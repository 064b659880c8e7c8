import { ProsodiaError } from '@prosodia/contracts/errors';
import { aborted } from './gate.js';
import { MAX_FILES_PER_RUN, MAX_FLOATS_PER_RUN, MAX_ROWS_PER_RUN } from './limits.js';
import { type Exit, NetworkThread } from './network-thread.js';
import { joined, rowSizeOf } from './row-layout.js';
import type { Answers, WorkerReply, WorkerRequest, WorkerSetup, WorkerSource } from './worker-messages.js';

/** A job is done again once when the thread that had it died. */
const ATTEMPTS = 2;

/** What a thread made of a clip. */
export interface ClipAnswer {
  readonly probabilities: Float32Array;
  readonly durationSec: number;
}

type Answer = Float32Array | ClipAnswer | null | ProsodiaError;

/** What one caller waits for. */
interface Call {
  readonly wanted: Answers | 'clip';
  unanswered: number;
  readonly answer: (place: number, answer: Answer) => void;
  readonly end: (settle: () => void) => void;
  readonly fail: (error: ProsodiaError) => void;
}

interface Job {
  /** A row, or a clip of a call that wants clips answered. */
  readonly input: Float32Array | WorkerSource;
  readonly place: number;
  readonly call: Call;
  attempts: number;
}

/**
 * Computes rows on threads, since ONNX Runtime's `run` computes on the thread that calls it, and answers clips there.
 *
 * Why not tinypool: it never notices a thread that exits without an error (the caller would wait for ever), it
 * aborts a running task by killing its thread and session, it hands over one task at a time where a network
 * computes many rows at once for less, and it asks the system for memory figures after each task.
 */
export class NetworkPool {
  readonly #threads = new Set<NetworkThread<Job>>();
  readonly #calls = new Set<Call>();
  #setup: WorkerSetup | undefined;
  #name = '';
  #rowsPerRun = 1;
  #queue: Job[] = [];
  #closed = false;

  /** A first thread begins to load ONNX Runtime; `open` says what it is for. */
  constructor() {
    this.#start();
  }

  /**
   * Gives every thread the model and waits until one has its session; the others come up while that one answers.
   *
   * @param name  names the model in messages
   * @throws ProsodiaError MODEL when ONNX Runtime refuses the model, NATIVE_LOAD when the addon does not load
   */
  async open(setup: WorkerSetup, threads: number, name: string): Promise<void> {
    this.#setup = setup;
    this.#name = name;
    const rowSize = rowSizeOf(setup.inputs);
    this.#rowsPerRun = Math.max(1, Math.min(MAX_ROWS_PER_RUN, Math.floor(MAX_FLOATS_PER_RUN / rowSize)));
    const [first] = this.#threads;
    first?.open(setup);
    try {
      await (first ?? this.#start()).ready;
    } catch (cause) {
      await this.close();
      // The machine's fault, not the model's.
      if (cause instanceof ProsodiaError && cause.code === 'NATIVE_LOAD') throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ProsodiaError('MODEL', `Cannot use ${name} as a model: ${why}`, { cause });
    }
    while (this.#threads.size < threads) this.#start();
  }

  /** True when a thread waits for work. */
  get idle(): boolean {
    return this.#queue.length === 0 && [...this.#threads].some(({ idle }) => idle);
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
    if (rows.length === 0) return Promise.resolve([]);
    return this.#call(rows, signal, wanted) as Promise<(Float32Array | ProsodiaError)[]>;
  }

  /**
   * From a clip to its probabilities on one thread, without a hop in between.
   *
   * Files that wait together are answered together.
   *
   * @returns null for a clip that a thread does not answer: another format, an error in it, a length beyond the limits
   * @throws ProsodiaError ABORTED, MODEL
   */
  async hear(source: WorkerSource, signal?: AbortSignal): Promise<ClipAnswer | null> {
    const [answer] = await this.#call([source], signal, 'clip');
    if (answer instanceof ProsodiaError) throw answer;
    return answer as ClipAnswer | null;
  }

  /** Rejects what is not finished, releases every session and waits for the threads to end. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue = [];
    for (const call of this.#calls) call.fail(closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #call(inputs: readonly Job['input'][], signal: AbortSignal | undefined, wanted: Call['wanted']) {
    if (this.#closed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(aborted());
    return new Promise<Answer[]>((resolve, reject) => {
      const answers = new Array<Answer>(inputs.length);
      const call: Call = {
        wanted,
        unanswered: inputs.length,
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
      for (const [place, input] of inputs.entries()) this.#queue.push({ input, place, call, attempts: 0 });
      this.#dispatch();
    });
  }

  #start(): NetworkThread<Job> {
    const thread: NetworkThread<Job> = new NetworkThread<Job>({
      onIdle: () => this.#dispatch(),
      onExit: (exit) => this.#replace(thread, exit),
    });
    this.#threads.add(thread);
    if (this.#setup) thread.open(this.#setup);
    return thread;
  }

  /** Gives each idle thread its share of the queue. */
  #dispatch(): void {
    for (const thread of this.#threads) {
      if (this.#queue.length === 0) return;
      if (!thread.idle) continue;
      const jobs = this.#queue.splice(0, this.#share());
      for (const job of jobs) job.attempts++;
      const { request, transfer } = requestOf(jobs);
      thread.begin({ jobs, done: (reply) => this.#settle(jobs, reply) }, request, transfer);
    }
  }

  /** Jobs at the front of the queue that one thread takes: files, rows of which the same is wanted, or a clip in memory. */
  #share(): number {
    const [{ input, call }] = this.#queue as [Job, ...Job[]];
    const { wanted } = call;
    const isFile = typeof input === 'string';
    // Its samples are copied on this thread, which has more to do.
    if (wanted === 'clip' && !isFile) return 1;
    const most = isFile ? Math.min(MAX_FILES_PER_RUN, this.#rowsPerRun) : this.#rowsPerRun;
    const other = this.#queue.findIndex(
      (job) => job.call.wanted !== wanted || (typeof job.input === 'string') !== isFile,
    );
    const alike = other < 0 ? this.#queue.length : other;
    return Math.min(Math.ceil(this.#queue.length / this.#threads.size), alike, most);
  }

  #settle(jobs: readonly Job[], reply: WorkerReply): void {
    const answers = this.#answersOf(reply, jobs.length);
    jobs.forEach(({ call, place }, i) => {
      call.answer(place, answers[i]!);
    });
  }

  #answersOf(reply: WorkerReply, jobs: number): Answer[] {
    if (reply.kind === 'answer') return rowsOf(reply.values, jobs);
    if (reply.kind === 'clips') {
      const { durationsSec, probabilities } = reply;
      const rows = rowsOf(probabilities, durationsSec.filter((sec) => sec !== undefined).length).values();
      return durationsSec.map((durationSec) =>
        durationSec === undefined ? null : { probabilities: rows.next().value!, durationSec },
      );
    }
    const message = reply.kind === 'failure' ? reply.message : 'its thread started anew';
    const error = new ProsodiaError('MODEL', `The network of ${this.#name} could not compute: ${message}`);
    return new Array<Answer>(jobs).fill(error);
  }

  /** A thread ended: its jobs go back to the front of the queue and another thread takes its place. */
  #replace(thread: NetworkThread<Job>, { wasReady, reason, unfinished }: Exit<Job>): void {
    this.#threads.delete(thread);
    if (this.#closed) return;
    const wanted = unfinished.filter(({ call }) => this.#calls.has(call));
    for (const job of wanted) if (job.attempts >= ATTEMPTS) this.#giveUp(job, reason);
    this.#queue.unshift(...wanted.filter(({ attempts }) => attempts < ATTEMPTS));
    // A thread that never came up would not come up the next time either.
    if (wasReady) this.#start();
    if (this.#threads.size > 0) return;
    for (const job of this.#queue.splice(0)) this.#giveUp(job, reason);
  }

  #giveUp({ call, place }: Job, reason: string): void {
    const message = `The thread that ran the network of ${this.#name} ended: ${reason}`;
    call.answer(place, new ProsodiaError('MODEL', message));
  }
}

/** Values as so many rows of one length. */
function rowsOf(values: Float32Array, rows: number): Float32Array[] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

/** Copies what callers own: a job may have to be done again, and a view may be of far more memory. */
function requestOf(jobs: readonly Job[]): { request: WorkerRequest; transfer: ArrayBuffer[] } {
  const { wanted } = jobs[0]!.call;
  if (wanted !== 'clip') {
    const rows = joined(jobs.map(({ input }) => input as Float32Array));
    return { request: { rows, answers: wanted }, transfer: [rows.buffer] };
  }
  const transfer: ArrayBuffer[] = [];
  const sources = jobs.map(({ input }): WorkerSource => {
    if (typeof input === 'string') return input;
    if (input instanceof Uint8Array) {
      const bytes = new Uint8Array(input);
      transfer.push(bytes.buffer);
      return bytes;
    }
    const { samples: own, sampleRateHz } = input as Exclude<WorkerSource, string | Uint8Array>;
    const samples = new Float32Array(own);
    transfer.push(samples.buffer);
    return { samples, sampleRateHz };
  });
  return { request: { sources }, transfer };
}

function closed(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The recognizer was closed before the answer was there');
}
