import { availableParallelism } from 'node:os';
import { DEFAULT_MAX_CLIP_SEC, DEFAULT_MAX_QUEUE, MIN_CLIP_SEC } from './limits.js';
import { checkedNumber, refusal } from './option-checks.js';

export interface RecognizerOptions {
  /** Threads that run the network, each with a session of its own, 1 to 64; min(2, cores) unless given. */
  readonly workers?: number | undefined;
  /** Longest clip answered, in seconds; 600 unless given. */
  readonly maxClipSec?: number | undefined;
  /** Calls that may wait for their turn before one more is refused with LIMIT; 10,000 unless given. */
  readonly maxQueue?: number | undefined;
  /** Answers less sure than this have the label `unsure`, 0 to 1; 0 unless given. Their probabilities stay. */
  readonly minConfidence?: number | undefined;
  /**
   * True: clips in which nobody speaks (silence, noise, music without voice) have the label `no speech`. It costs some
   * milliseconds a clip; false unless given.
   */
  readonly detectSpeech?: boolean | undefined;
}

/** Every option filled in. */
export interface RecognizerSettings {
  readonly workers: number;
  readonly maxClipSec: number;
  readonly maxQueue: number;
  readonly minConfidence: number;
  readonly detectSpeech: boolean;
}

/** @throws ProsodiaError INVALID_ARGUMENT naming the option, its range and what was given */
export function settingsOf(options: RecognizerOptions): RecognizerSettings {
  const { workers, maxClipSec, maxQueue, minConfidence, detectSpeech = false } = options;
  if (typeof detectSpeech !== 'boolean') throw refusal('true or false for detectSpeech', detectSpeech);
  return {
    workers: checkedNumber('workers', workers ?? Math.min(2, availableParallelism()), { min: 1, max: 64 }),
    maxClipSec: checkedNumber('maxClipSec', maxClipSec ?? DEFAULT_MAX_CLIP_SEC, {
      min: MIN_CLIP_SEC,
      max: 86_400,
      fractions: true,
    }),
    maxQueue: checkedNumber('maxQueue', maxQueue ?? DEFAULT_MAX_QUEUE, { min: 0, max: 2 ** 31 - 1 }),
    minConfidence: checkedNumber('minConfidence', minConfidence ?? 0, { min: 0, max: 1, fractions: true }),
    detectSpeech,
  };
}
