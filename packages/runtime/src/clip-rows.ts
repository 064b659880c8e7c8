import { fileURLToPath } from 'node:url';
import type { AudioClip, BatchItem, ModelCard } from '@prosodia/contracts';
import type { RowPlan } from '@prosodia/features/row-plan';
import { type FeatureSource, plannedRows } from '@prosodia/features/source-rows';
import { graphInputs } from './graph-inputs.js';
import { MIN_CLIP_SEC } from './limits.js';
import { joined } from './row-layout.js';

/** What a network takes of one clip. */
export interface ClipRows {
  /** A row for each of the card's variants, in their order. */
  readonly rows: readonly Float32Array[];
  /** Length of the clip at its own rate. */
  readonly durationSec: number;
}

export interface ClipRowsOptions {
  readonly maxClipSec: number;
  readonly signal?: AbortSignal | undefined;
  /** How the model's rows are made straight from files, where they can be. */
  readonly plan?: RowPlan | undefined;
}

/**
 * The rows of each source, or its own error. The addon's threads make them straight from files: by the
 * plan where there is one, and for other models with all their inputs and changed copies in one call.
 *
 * @throws ProsodiaError ABORTED
 */
export async function clipRows(
  card: ModelCard,
  sources: readonly FeatureSource[],
  { maxClipSec, signal, plan }: ClipRowsOptions,
): Promise<BatchItem<ClipRows>[]> {
  if (plan) {
    const items = await plannedRows(plan, sources, { signal });
    return items.map((item) =>
      item.ok ? { ok: true, value: { rows: [item.value.row], durationSec: item.value.durationSec } } : item,
    );
  }
  const { variantRows } = await import('@prosodia/features');
  const request = {
    inputs: card.inputs.map(({ input }) => input),
    variants: card.variants.map(({ augmentations }) => augmentations),
    atHz: card.variantsAtHz,
  };
  const items = await variantRows(sources, request, { signal, minClipSec: MIN_CLIP_SEC, maxClipSec });
  if (!card.speaker) return items;
  const unknown = unknownSpeaker(card);
  return items.map((item) => {
    if (!item.ok) return item;
    const { rows, durationSec } = item.value;
    return { ok: true, value: { rows: rows.map((row) => joined([row, unknown])), durationSec } };
  });
}

/** Makes sure that the features a card asks for exist and fill the network's inputs. */
export async function checkInputs(card: ModelCard): Promise<void> {
  const { networkRows } = await import('@prosodia/features');
  for (const { input } of card.inputs) await networkRows([], input);
}

/** Mean 0 and deviation 1 with weight 0: the training speakers' own statistics are used. */
function unknownSpeaker(card: ModelCard): Float32Array {
  const inputs = graphInputs(card).slice(card.inputs.length);
  return joined(
    inputs.map(({ name, size }) => new Float32Array(size).fill(name.endsWith('.deviation') ? 1 : 0)),
  );
}

/** A source as samples. */
export async function decode(source: FeatureSource, signal?: AbortSignal): Promise<AudioClip> {
  const { decodeBytes, decodeFile } = await import('@prosodia/features');
  if (source instanceof Uint8Array) return decodeBytes(source, 'the bytes given');
  if (typeof source === 'string' || source instanceof URL)
    return decodeFile(source instanceof URL ? fileURLToPath(source) : source, { signal });
  return source;
}
