// Loads no schemas, and decoders only for files that need them: a recognizer has no use for them.
import type { BatchItem, FeatureConfig, FeatureMatrix } from '@prosodia/contracts';
import type { NativeFeatures, NativeSummary } from '@prosodia/native';
import { nativeAddon } from '@prosodia/native/load';
import { fitted, type RowPlan } from './row-plan.js';
import { type FeatureSource, type FileOptions, onSources } from './sources.js';
import { derive } from './whole-config.js';

export type { FeatureSource, FileOptions } from './sources.js';

/** What a source gave. */
export interface SourceFeatures {
  /** One row with `summary: 'mean'`, otherwise every frame. */
  readonly matrix: FeatureMatrix;
  /** Length of the source at its own rate. */
  readonly durationSec: number;
}

/** A source's row of a network's input. */
export interface SourceRow {
  readonly row: Float32Array;
  /** Length of the source at its own rate. */
  readonly durationSec: number;
}

/**
 * A network's row of each source, or its own error; as `networkRowsFromFiles`, by a plan.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for a source of another type, ABORTED
 */
export async function plannedRows(
  plan: RowPlan,
  sources: readonly FeatureSource[],
  call: FileOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const { minSec, maxSec, ...summary } = plan.request;
  const limits = { minClipSec: minSec, maxClipSec: maxSec };
  const items = await summariesFromFiles(sources, plan.config, summary, { ...limits, ...call });
  return items.map((item) => rowOfItem(item, plan.size));
}

/** One matrix per source, made of its frames as `summary` says, or its own error. */
export async function summariesFromFiles(
  sources: readonly FeatureSource[],
  config: FeatureConfig,
  summary: NativeSummary,
  call: FileOptions,
): Promise<BatchItem<SourceFeatures>[]> {
  const native = derive(config);
  const addon = nativeAddon();
  const items = await onSources<NativeFeatures>(
    sources,
    (part, limits, nativeCall) => addon.extractFeatures(part, native, { ...summary, ...limits }, nativeCall),
    call,
  );
  return items.map((item) => {
    if (!item.ok) return item;
    const { found, durationSec } = item.value;
    const { data, frames, coefficients } = found;
    return { ok: true, value: { matrix: { data, frames, coefficients }, durationSec } };
  });
}

/** The matrix's values as a row; cut to `size`, or followed by zeros, where one is given. */
export function rowOfItem(item: BatchItem<SourceFeatures>, size?: number): BatchItem<SourceRow> {
  if (!item.ok) return item;
  const { matrix, durationSec } = item.value;
  return { ok: true, value: { row: fitted(matrix.data, size ?? matrix.data.length), durationSec } };
}
