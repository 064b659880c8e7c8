import type { AudioClip, BatchItem, FeatureOptions } from '@prosodia/contracts';
import type { NativeSummary } from '@prosodia/native';
import { resolveFeatureConfig } from './config.js';
import { expect } from './expect.js';
import { extractSummaries } from './extract.js';
import type { BatchOptions } from './native-batch.js';
import {
  type FeatureSource,
  type FileOptions,
  rowOfItem,
  type SourceRow,
  summariesFromFiles,
} from './source-rows.js';

/** How a clip's frames become a sequence of a fixed length. */
export interface SequenceShape {
  readonly features: FeatureOptions;
  /** Edges this far below the loudest part are left out, but for 80 ms of what was recorded; above 0. */
  readonly trimDb: number;
  /** Frames averaged into one step, 1 to 1,000; what does not fill a step at the end is left out. */
  readonly poolFrames: number;
  /** Steps of a row, 1 to 100,000: longer clips lose both ends, shorter ones get zeros at both. */
  readonly frames: number;
}

/**
 * Each clip as a network of frames takes it: silent edges trimmed, neighbouring frames averaged (log-mel levels as
 * powers), centred in a fixed number of steps.
 *
 * @param clips  mono audio at any rate
 * @returns one row per clip, frames × (coefficients + 1) values, row-major: the last column is 1 where there is sound, and
 *   0 in the padding, where all others are 0 too
 * @throws ProsodiaError INVALID_ARGUMENT, LIMIT, ABORTED
 * @example
 * const features = { kind: 'logmel', sampleRateHz: 16000, nFft: 512, winLength: 400, hopLength: 160, nMels: 64 } as const;
 * const [row] = await sequenceRows(clips, { features, trimDb: 35, poolFrames: 4, frames: 64 });
 * row.length // 64 · 65
 */
export async function sequenceRows(
  clips: readonly AudioClip[],
  shape: SequenceShape,
  call: BatchOptions = {},
): Promise<Float32Array[]> {
  const summary = checkedSummary(shape);
  const matrices = await extractSummaries(clips, resolveFeatureConfig(shape.features), summary, call);
  return matrices.map(({ data }) => data);
}

/**
 * As `sequenceRows`, for audio files: see `extractFromFiles`.
 *
 * @returns in order, each source's row or its own error
 * @throws ProsodiaError INVALID_ARGUMENT, ABORTED
 */
export async function sequenceRowsFromFiles(
  sources: readonly FeatureSource[],
  shape: SequenceShape,
  call: FileOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const summary = checkedSummary(shape);
  const items = await summariesFromFiles(sources, resolveFeatureConfig(shape.features), summary, call);
  return items.map((item) => rowOfItem(item));
}

/** @throws ProsodiaError INVALID_ARGUMENT for a shape out of range */
export function checkedSummary({ trimDb, poolFrames, frames }: SequenceShape): NativeSummary {
  expect(trimDb > 0 && trimDb < Number.POSITIVE_INFINITY, 'a positive number of dB for trimDb', trimDb);
  expect(isWhole(poolFrames, 1_000), 'a whole number from 1 to 1000 for poolFrames', poolFrames);
  expect(isWhole(frames, 100_000), 'a whole number from 1 to 100000 for frames', frames);
  return { summary: 'sequence', trimDb, poolFrames, frames };
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
