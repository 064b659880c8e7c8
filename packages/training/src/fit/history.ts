/** What one side of the data scored in one epoch. */
export interface SideScores {
  readonly loss: number;
  readonly accuracy: number;
  readonly macroF1: number;
}

/** One epoch of a run. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The training side while it was trained: dropout on, weights changing from batch to batch. */
  readonly train: SideScores;
  /** The validation side after the epoch. */
  readonly validation: SideScores;
  /** True when these were the best weights so far. */
  readonly best: boolean;
  /** Seconds the pass over the training rows took. */
  readonly seconds: number;
}
