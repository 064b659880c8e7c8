import type { AudioClip } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import { checkClips } from './clips.js';
import { expect } from './expect.js';
import { type BatchOptions, runBatch } from './native-batch.js';

export interface TrimOptions {
  /** Edges this far below the loudest part are silence; above 0. 35 unless given. */
  readonly belowPeakDb?: number | undefined;
  /** What is kept beside the speech at both ends, from 0 on; 0.08 unless given. */
  readonly marginSec?: number | undefined;
}

/** A part of a clip, in samples: `first` … `end` − 1. */
export interface SampleRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Where each clip's speech lies: from the first to the last frame (25 ms, every 10 ms; levels smoothed over five) that is
 * at most `belowPeakDb` below the loudest, and a margin.
 *
 * @returns one range per clip, in order, within the clip; silence is kept whole, a clip without samples gives 0 … 0
 * @throws ProsodiaError INVALID_ARGUMENT (an option out of range; a sample that is not finite), LIMIT, ABORTED
 */
export async function speechRanges(
  clips: readonly AudioClip[],
  options: TrimOptions = {},
  call: BatchOptions = {},
): Promise<SampleRange[]> {
  const { belowPeakDb = 35, marginSec = 0.08 } = options;
  expect(belowPeakDb > 0 && belowPeakDb <= 1_000, 'a number above 0 for belowPeakDb', belowPeakDb);
  expect(marginSec >= 0 && marginSec <= 1_000, 'a number from 0 on for marginSec', marginSec);
  checkClips(clips);
  const addon = nativeAddon();
  return runBatch(
    {
      total: clips.length,
      weight: (index) => clips[index]!.samples.length,
      start: (first, end, nativeCall) =>
        addon.speechRanges(clips.slice(first, end), belowPeakDb, marginSec, nativeCall),
      nameOf: (index) => `clip ${index}`,
    },
    call,
  );
}

/**
 * Clips without their leading and trailing silence: `speechRanges` says what is kept.
 *
 * @returns a new clip for each, in order; the given ones are left as they are
 * @throws ProsodiaError as `speechRanges`
 * @example
 * const [speech] = await trimSilence([clip], { belowPeakDb: 35, marginSec: 0 });
 */
export async function trimSilence(
  clips: readonly AudioClip[],
  options: TrimOptions = {},
  call: BatchOptions = {},
): Promise<AudioClip[]> {
  const ranges = await speechRanges(clips, options, call);
  return clips.map(({ samples, sampleRateHz }, i) => ({
    samples: samples.slice(ranges[i]!.first, ranges[i]!.end),
    sampleRateHz,
  }));
}
