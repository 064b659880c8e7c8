/** A batch under way in the addon. */
export interface NativeJob<T> {
  /** Rejects with a NativeFailure. */
  readonly promise: Promise<T>;
  /** Drops the items that have not begun; the promise then rejects with code ABORTED. */
  abort(): void;
  /** Items finished so far. */
  done(): number;
}

/** What a job rejects with, and what starting one may throw. INTERNAL is a fault of the addon's own. */
export interface NativeFailure extends Error {
  readonly code: 'INVALID_ARGUMENT' | 'LIMIT' | 'DECODE' | 'ABORTED' | 'INTERNAL';
  /** Index, within the job, of the item that failed. */
  readonly item?: number;
}

/** The last argument of every operation. */
export interface NativeCall {
  /** Threads that may work at once, 1 to 256. */
  readonly threads: number;
  /** Jobs in flight with the same number share `threads`; 0 stands alone. */
  readonly group: number;
}
