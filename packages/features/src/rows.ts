// A network's rows made where they are needed, without a hop to other threads; worker threads load it at every start.
import type { AudioClip } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native/load';
import { fitted, type RowPlan } from './row-plan.js';
import type { SourceRow } from './source-rows.js';
import { wholeBuffers } from './whole-buffers.js';

export type { RowPlan } from './row-plan.js';

/** @throws Error saying why the addon cannot make such rows */
export function checkPlan({ config, request }: RowPlan): void {
  nativeAddon().extractFeaturesSync([], config, request);
}

/**
 * One source's row, read, decoded and computed on the calling thread: for worker threads.
 *
 * @param source  path of a WAV file, a WAV file's bytes, or a clip
 * @returns the row of `networkRowsFromFiles`, to the bit; undefined for a source that has none here: another format, an
 *   error, a length beyond the limits. `networkRowsFromFiles` finds out which.
 */
export function rowOf(
  { config, request, size }: RowPlan,
  source: string | Uint8Array | AudioClip,
): SourceRow | undefined {
  const [answer] = nativeAddon().extractFeaturesSync([source], config, request);
  if (!answer || !('data' in answer) || answer.frames === 0) return undefined;
  return { row: fitted(answer.data, size), durationSec: answer.samples / answer.sampleRateHz };
}

/** Gives back the memory of rows that nobody reads any more, without waiting for the collector; as `releaseClips`. */
export function releaseRows(rows: Float32Array): void {
  nativeAddon().release(wholeBuffers([rows]));
}
