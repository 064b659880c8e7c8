import { ProsodiaError } from '@prosodia/contracts/errors';

interface Waiter {
  readonly count: number;
  readonly enter: () => void;
  readonly leave: (error: ProsodiaError) => void;
}

/**
 * Lets a bounded number of clips be in work at once; others wait their turn, first come, first served.
 *
 * What waits has not been read or decoded yet, so waiting costs next to no memory.
 */
export class Gate {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Waiter>();
  #free: number;
  #closed: ProsodiaError | undefined;

  /**
   * @param capacity  places
   * @param maxWaiting  calls that may wait for a place
   */
  constructor(capacity: number, maxWaiting: number) {
    this.#free = capacity;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs `work` with `count` places taken.
   *
   * @throws ProsodiaError LIMIT when too many wait already, ABORTED by the signal before the work began
   */
  async run<T>(count: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#enter(count, signal);
    try {
      return await work();
    } finally {
      this.#free += count;
      this.#admit();
    }
  }

  /** Turns away everything that waits and everything that comes. */
  close(error: ProsodiaError): void {
    this.#closed = error;
    for (const { leave } of this.#waiting) leave(error);
  }

  #enter(count: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(aborted());
    if (this.#waiting.size === 0 && this.#free >= count) {
      this.#free -= count;
      return Promise.resolve();
    }
    if (this.#waiting.size >= this.#maxWaiting)
      return Promise.reject(
        new ProsodiaError(
          'LIMIT',
          `Expected at most ${this.#maxWaiting} calls to wait (maxQueue) but one more came; await some first`,
        ),
      );
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(waiter);
        finish();
      };
      const waiter: Waiter = {
        count,
        enter: () => settle(resolve),
        leave: (error) => settle(() => reject(error)),
      };
      const onAbort = () => {
        waiter.leave(aborted());
        this.#admit();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (waiter.count > this.#free) return;
      this.#free -= waiter.count;
      waiter.enter();
    }
  }
}

export function aborted(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'Recognition was aborted by its signal');
}
