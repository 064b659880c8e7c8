// What a compute thread and its owner share: whether it may be ended now. Loads nothing, since threads load it.

/** Places in the shared numbers. */
export const BUSY = 0;
const STOPPED = 1;
export const STATE_BYTES = 8;

/** What a compute thread is started with. */
export interface HostStart {
  readonly state: Int32Array;
}

/** True while the thread is in ONNX Runtime, or starting. */
export function isBusy(state: Int32Array): boolean {
  return Atomics.load(state, BUSY) === 1;
}

/**
 * Runs work during which the thread must not be ended; once it is to stop, nothing is begun any more.
 *
 * @returns what the work gives; never settles when the thread is to stop
 */
export async function busyWith<T>(state: Int32Array, work: () => Promise<T>): Promise<T> {
  Atomics.store(state, BUSY, 1);
  if (Atomics.load(state, STOPPED) === 1) {
    setIdle(state);
    return new Promise(() => {});
  }
  try {
    return await work();
  } finally {
    setIdle(state);
  }
}

/** Forbids new work and blocks until the work at hand is done. */
export function stopAndWait(state: Int32Array, timeoutMs: number): void {
  Atomics.store(state, STOPPED, 1);
  Atomics.wait(state, BUSY, 1, timeoutMs);
}

/** The thread may be ended from here on. */
export function setIdle(state: Int32Array): void {
  Atomics.store(state, BUSY, 0);
  Atomics.notify(state, BUSY);
}
