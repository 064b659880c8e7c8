/** Largest model file that is read, in bytes. */
export const MAX_MODEL_BYTES = 512 * 2 ** 20;

/** Largest card inside a model file, in UTF-16 units. */
export const MAX_CARD_LENGTH = 4 * 2 ** 20;

/** Shortest audio that is answered, in seconds; less holds no speech and hardly one analysis window. */
export const MIN_CLIP_SEC = 0.1;

/** Longest audio that is answered unless `maxClipSec` says otherwise, in seconds. */
export const DEFAULT_MAX_CLIP_SEC = 600;

/** Rows a worker computes in one run. */
export const MAX_ROWS_PER_RUN = 64;

/** Files a worker reads, analyses and answers in one run: more would only be waited for longer. */
export const MAX_FILES_PER_RUN = 16;

/**
 * Numbers that go into one run: what a network makes of long rows on the way is many times as large, stays in memory on every
 * thread, and computes no faster for being so.
 */
export const MAX_FLOATS_PER_RUN = 2 ** 17;

/** Clips that may lie decoded in memory at once; later calls wait. */
export const CLIPS_IN_FLIGHT = 64;

/** Clips a batch decodes and analyses together. */
export const CLIPS_PER_GROUP = 32;

/** Calls that may wait unless `maxQueue` says otherwise. */
export const DEFAULT_MAX_QUEUE = 10_000;
