/** Mono audio in memory. */
export interface AudioClip {
  /** Samples in [-1, 1]; several channels have been averaged. */
  readonly samples: Float32Array;
  /** Samples per second, > 0. */
  readonly sampleRateHz: number;
}

/** Options every long call takes. */
export interface LongCallOptions {
  /** Stops the call; it then rejects with code ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Called as items finish, at most a few times a second for large batches. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}
