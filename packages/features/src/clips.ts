import type { AudioClip } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';

/** The addon's limits (native/core/limits.h), said here in friendlier words. */
export const MAX_CLIP_SAMPLES = 2 ** 28;
export const MAX_SAMPLE_RATE_HZ = 768_000;

/**
 * Checks the shape of every clip; whether samples are finite is for the addon to find, off the event loop.
 *
 * @throws ProsodiaError INVALID_ARGUMENT naming the clip, LIMIT for more than 2^28 samples
 */
export function checkClips(clips: readonly AudioClip[]): void {
  if (!Array.isArray(clips)) {
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected an array of clips but received ${describe(clips)}`);
  }
  clips.forEach((clip: AudioClip | null | undefined, index) => {
    if (!(clip?.samples instanceof Float32Array)) {
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected a Float32Array for samples of clip ${index} but received ${describe(clip?.samples)}`,
      );
    }
    if (clip.samples.length > MAX_CLIP_SAMPLES) {
      throw new ProsodiaError(
        'LIMIT',
        `Clip ${index} has ${clip.samples.length} samples, more than the limit of ${MAX_CLIP_SAMPLES}`,
      );
    }
    checkRate(clip.sampleRateHz, `sampleRateHz of clip ${index}`);
  });
}

/** @throws ProsodiaError INVALID_ARGUMENT unless `value` is a whole number from 1 to 768,000 */
export function checkRate(value: number, name: string): void {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_SAMPLE_RATE_HZ) return;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a whole number of Hz from 1 to ${MAX_SAMPLE_RATE_HZ} for ${name} but received ${describe(value)}`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object';
  return String(value);
}
