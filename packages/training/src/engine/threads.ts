import { availableParallelism } from 'node:os';

/** A batch is divided between threads row by row; beyond this many there is too little for each. */
const MOST_THREADS = 16;

/** Threads of the training kernels: as many as asked for, else one per core. */
export function kernelThreads(asked: number | undefined): number {
  return asked ?? Math.min(MOST_THREADS, availableParallelism());
}
