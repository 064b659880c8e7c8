import type { LongCallOptions } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import type { NativeCall, NativeFailure, NativeJob } from '@prosodia/native';
import { resolveThreads } from './threads.js';

/** Options of every call that works on a batch in the addon. */
export interface BatchOptions extends LongCallOptions {
  /** Threads that may work at once; PROSODIA_THREADS or one per core unless given. The result does not depend on it. */
  readonly threads?: number | undefined;
}

/** A batch of independent items, as the addon works on it. */
export interface BatchPlan<T> {
  readonly total: number;
  /** Samples that starting item `index` copies. */
  weight(index: number): number;
  /** Starts items `first` … `end − 1` in the addon; copies their samples before it returns. */
  start(first: number, end: number, call: NativeCall): NativeJob<T[]>;
  /** Names an item in errors, e.g. `clip 3`. */
  nameOf(index: number): string;
}

// Samples are copied on the JavaScript thread: half a million are some 0.2 ms during which nothing else runs, and a thread
// of the addon finds the copy in the cache. Larger slices take up to twice as long a clip.
const SLICE_SAMPLES = 500_000;
const SLICE_ITEMS = 4_096;
// While the addon works on one slice the next is copied.
const SLICES_IN_FLIGHT = 2;
const PROGRESS_EVERY_MS = 200;

let lastGroup = 0;

/**
 * Runs a batch in the addon slice by slice: bounded memory, an event loop that stays free, one place for abort and
 * progress.
 *
 * @returns the items' results, in order
 * @throws ProsodiaError ABORTED when `signal` fires, otherwise the failure of the lowest item that fails, naming it
 */
export async function runBatch<T>(plan: BatchPlan<T>, options: BatchOptions = {}): Promise<T[]> {
  const { signal, onProgress } = options;
  const threads = resolveThreads(options.threads);
  throwIfAborted(signal);
  lastGroup = (lastGroup % 0x3fff_ffff) + 1;
  const run = new BatchRun(plan, { threads, group: lastGroup }, onProgress);
  const abort = () => run.fail(-1, abortedError(signal));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await run.finish();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

class BatchRun<T> {
  /** By the index of their first item. */
  private readonly inFlight = new Map<number, NativeJob<T[]>>();
  private readonly results: T[] = [];
  private settled = 0;
  private failure: { readonly at: number; readonly error: unknown } | undefined;

  constructor(
    private readonly plan: BatchPlan<T>,
    private readonly call: NativeCall,
    private readonly onProgress: LongCallOptions['onProgress'],
  ) {}

  /**
   * Stops what comes after position `at`; −1 stops everything. The lowest failure wins, so that a call fails alike
   * whatever the threads did.
   */
  fail(at: number, error: unknown): void {
    if (this.failure === undefined || at < this.failure.at) this.failure = { at, error };
    for (const [first, job] of this.inFlight) if (first > at) job.abort();
  }

  async finish(): Promise<T[]> {
    const timer = this.onProgress && setInterval(() => this.report(), PROGRESS_EVERY_MS);
    timer?.unref();
    try {
      const waiting: Promise<void>[] = [];
      for (let first = 0; first < this.plan.total && this.failure === undefined; ) {
        const end = this.sliceEnd(first);
        waiting.push(this.slice(first, end));
        if (waiting.length >= SLICES_IN_FLIGHT) await waiting.shift();
        first = end;
      }
      await Promise.all(waiting);
    } finally {
      clearInterval(timer);
    }
    if (this.failure === undefined) this.report();
    if (this.failure !== undefined) throw this.failure.error;
    return this.results;
  }

  private sliceEnd(first: number): number {
    let end = first;
    let samples = 0;
    do samples += this.plan.weight(end++);
    while (
      end < this.plan.total &&
      end - first < SLICE_ITEMS &&
      samples + this.plan.weight(end) <= SLICE_SAMPLES
    );
    return end;
  }

  /** Never rejects: a failure is kept, so that the lowest item's wins and no rejection goes unhandled. */
  private async slice(first: number, end: number): Promise<void> {
    try {
      const job = this.plan.start(first, end, this.call);
      this.inFlight.set(first, job);
      const values = await job.promise;
      values.forEach((value, i) => {
        this.results[first + i] = value;
      });
      this.settled += end - first;
    } catch (error) {
      this.fail(first, batchError(error, first, this.plan));
    } finally {
      this.inFlight.delete(first);
    }
  }

  private report(): void {
    let done = this.settled;
    for (const job of this.inFlight.values()) done += job.done();
    try {
      this.onProgress?.({ done, total: this.plan.total });
    } catch (error) {
      this.fail(-1, error);
    }
  }
}

function batchError<T>(error: unknown, first: number, plan: BatchPlan<T>): unknown {
  const { item, message } = error as NativeFailure;
  const named = item === undefined ? message : `${plan.nameOf(first + item)}: ${message}`;
  return nativeError(error, named);
}

/** The addon's failure as a ProsodiaError that says `message`; anything else as it is. */
export function nativeError(error: unknown, message: string): unknown {
  switch ((error as NativeFailure | null)?.code) {
    case 'INVALID_ARGUMENT':
    case 'LIMIT':
    case 'DECODE':
    case 'ABORTED':
      return new ProsodiaError((error as NativeFailure).code as 'LIMIT', message, { cause: error });
    default:
      return error;
  }
}

/** @throws ProsodiaError ABORTED when the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

function abortedError(signal: AbortSignal | undefined): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The call was aborted by its signal', { cause: signal?.reason });
}
