import { fileURLToPath } from 'node:url';
import type { AudioClip, BatchItem, ModelCard } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import type { RowPlan } from '@prosodia/features/row-plan';
import { type FeatureSource, plannedRows } from '@prosodia/features/source-rows';
import { settledItemOf } from './batch-item.js';
import { graphInputs } from './graph-inputs.js';
import { MIN_CLIP_SEC } from './limits.js';

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
 * The rows of each source, or its own error. With a plan the addon's threads make them straight from files; models
 * without one take decoded clips.
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
  return Promise.all(
    sources.map((source) =>
      settledItemOf(async () => {
        const clip = checkLength(await decode(source, signal), nameOf(source), maxClipSec);
        return {
          rows: await variantRows(card, clip, signal),
          durationSec: clip.samples.length / clip.sampleRateHz,
        };
      }),
    ),
  );
}

/** Makes sure that the features a card asks for exist and fill the network's inputs. */
export async function checkInputs(card: ModelCard): Promise<void> {
  const { networkRows } = await import('@prosodia/features');
  for (const { input } of card.inputs) await networkRows([], input);
}

/** A row for each variant: the inputs' values one after the other, then of a speaker of whom nothing is known. */
async function variantRows(card: ModelCard, clip: AudioClip, signal?: AbortSignal): Promise<Float32Array[]> {
  const { augment, networkRowsOfAll } = await import('@prosodia/features');
  const clips = await Promise.all(
    card.variants.map(async ({ augmentations }) => {
      let changed: AudioClip = clip;
      for (const augmentation of augmentations)
        [changed] = (await augment([changed], augmentation, { signal })) as [AudioClip];
      return changed;
    }),
  );
  const parts = await networkRowsOfAll(
    clips,
    card.inputs.map(({ input }) => input),
    { signal },
  );
  const unknown = unknownSpeaker(card);
  return clips.map((_, variant) => join([...parts.map((rows) => rows[variant]!), unknown]));
}

/** Mean 0 and deviation 1 with weight 0: the training speakers' own statistics are used. */
function unknownSpeaker(card: ModelCard): Float32Array {
  const inputs = graphInputs(card).slice(card.inputs.length);
  return join(
    inputs.map(({ name, size }) => new Float32Array(size).fill(name.endsWith('.deviation') ? 1 : 0)),
  );
}

function join(parts: readonly Float32Array[]): Float32Array {
  const row = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    row.set(part, start);
    start += part.length;
  }
  return row;
}

/** A source as samples. */
export async function decode(source: FeatureSource, signal?: AbortSignal): Promise<AudioClip> {
  const { decodeBytes, decodeFile } = await import('@prosodia/features');
  if (source instanceof Uint8Array) return decodeBytes(source, 'the bytes given');
  if (typeof source === 'string' || source instanceof URL)
    return decodeFile(source instanceof URL ? fileURLToPath(source) : source, { signal });
  return source;
}

function nameOf(source: FeatureSource): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.href;
  return source instanceof Uint8Array ? 'the bytes given' : 'the clip given';
}

function checkLength(clip: AudioClip, name: string, maxClipSec: number): AudioClip {
  const durationSec = clip.samples.length / clip.sampleRateHz;
  if (!(durationSec >= MIN_CLIP_SEC))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected at least ${MIN_CLIP_SEC} s of audio in ${name} but received ${durationSec} s`,
    );
  if (durationSec > maxClipSec)
    throw new ProsodiaError(
      'LIMIT',
      `Expected at most ${maxClipSec} s of audio in ${name} (maxClipSec) but received ${durationSec} s`,
    );
  return clip;
}
