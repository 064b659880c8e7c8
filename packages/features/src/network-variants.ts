import { type Augmentation, type BatchItem, type NetworkInput, ProsodiaError } from '@prosodia/contracts';
import { type NativeRows, type NativeSummary, nativeAddon } from '@prosodia/native';
import { nativeChange } from './augment.js';
import { derive, resolveFeatureConfig } from './config.js';
import { functionalsSummary } from './functionals.js';
import { checkedInput, groupsOf, inputSize } from './network.js';
import { fitted } from './row-plan.js';
import { checkedSummary } from './sequence.js';
import { type FeatureSource, type FileOptions, onSources } from './sources.js';

/** What a network takes of a clip. */
export interface VariantRowsRequest {
  readonly inputs: readonly NetworkInput[];
  /** The clip as it is (no augmentations) and changed copies of it. */
  readonly variants: readonly (readonly Augmentation[])[];
  /** Clips are brought to this rate before they are changed; changed at their own unless given. */
  readonly atHz?: number | undefined;
}

/** What a source gave. */
export interface VariantRows {
  /** For each variant, the inputs' values one after the other. */
  readonly rows: readonly Float32Array[];
  /** Length of the source at its own rate. */
  readonly durationSec: number;
}

/**
 * Rows of all of a network's inputs, of each source and of changed copies of it: all work is done by the addon's
 * threads in one call, and the threads share even a single clip.
 *
 * The values equal those of `resampleClips` to `atHz`, `augment` and `networkRows`, bit for bit.
 *
 * @returns in order, each source's rows or its own error (DECODE, INVALID_ARGUMENT, LIMIT)
 * @throws ProsodiaError INVALID_ARGUMENT (also when a `shape` does not hold what the features give), ABORTED
 */
export async function variantRows(
  sources: readonly FeatureSource[],
  { inputs, variants, atHz = 0 }: VariantRowsRequest,
  call: FileOptions = {},
): Promise<BatchItem<VariantRows>[]> {
  if (inputs.length === 0 || variants.length === 0)
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected at least one input and one variant');
  const request = {
    inputs: inputs.map(nativeInput),
    variants: variants.map((changes) => changes.map((change) => nativeChange(change, change.seed))),
    sampleRateHz: atHz,
  };
  const sizes = inputs.map(inputSize);
  const addon = nativeAddon();
  const items = await onSources<NativeRows>(
    sources,
    (part, limits, nativeCall) => addon.networkRows(part, { ...request, ...limits }, nativeCall),
    call,
  );
  return items.map((item) => {
    if (!item.ok) return item;
    const { found, durationSec } = item.value;
    const rows = variants.map((_, variant) => joined(found.rows, variant * inputs.length, sizes));
    return { ok: true, value: { rows, durationSec } };
  });
}

function nativeInput(input: NetworkInput) {
  const checked = checkedInput(input);
  const config = derive(resolveFeatureConfig('features' in checked ? checked.features : undefined));
  return { config, ...summaryOf(checked) };
}

function summaryOf(input: NetworkInput): NativeSummary {
  switch (input.summary) {
    case 'functionals':
      return functionalsSummary({ groups: groupsOf(input.groups) });
    case 'sequence':
      return checkedSummary(input);
    default:
      return { summary: input.summary };
  }
}

/** Parts from `first` on, each cut to its size or followed by zeros. */
function joined(parts: readonly Float32Array[], first: number, sizes: readonly number[]): Float32Array {
  if (sizes.length === 1) return fitted(parts[first]!, sizes[0]!);
  const row = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    row.set(parts[first + index]!.subarray(0, size), start);
    start += size;
  }
  return row;
}
