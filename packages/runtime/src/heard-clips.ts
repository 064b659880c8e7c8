import type { AudioClip, BatchItem, ModelCard } from '@prosodia/contracts';
import type { RowPlan } from '@prosodia/features/row-plan';
import { itemOf, settledItemOf } from './batch-item.js';
import { clipRows, decode } from './clip-rows.js';
import { type ClipSource, checkSource } from './clip-source.js';
import { SpeechDetector } from './speech-detector.js';
import type { HeardClip } from './voice/voice-model.js';

/** A frame counts as speech from this probability on. */
const SPEECH_THRESHOLD = 0.5;
/** Less speech than this in a whole clip is taken for a click or a breath, in seconds. */
const MIN_SPEECH_SEC = 0.1;

export interface HearOptions {
  readonly maxClipSec: number;
  /** See `ClipRowsOptions`. */
  readonly plan?: RowPlan | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Tells whether anybody speaks; without one every clip counts as speech. */
  readonly detector?: SpeechDetector | undefined;
}

/**
 * What a network takes of each source, or the source's own error.
 *
 * @throws ProsodiaError ABORTED
 */
export async function hearClips(
  card: ModelCard,
  sources: readonly ClipSource[],
  { maxClipSec, plan, signal, detector }: HearOptions,
): Promise<BatchItem<HeardClip>[]> {
  const checked = sources.map((source) => itemOf(() => checkSource(source)));
  const good = checked.flatMap((item) => (item.ok ? [item.value] : []));
  // The detector wants samples; they are decoded once for it and for the features.
  const decoded = await Promise.all(
    good.map((source) => settledItemOf<ClipSource>(async () => (detector ? decode(source, signal) : source))),
  );
  const usable = decoded.flatMap((item) => (item.ok ? [item.value] : []));
  const rows = await clipRows(card, usable, { signal, maxClipSec, plan });
  const heard = await Promise.all(
    rows.map((item, i) =>
      settledItemOf(async () => {
        if (!item.ok) return item;
        const speech = detector ? await hasSpeech(detector, usable[i] as AudioClip, signal) : true;
        return { ok: true as const, value: { ...item.value, speech } };
      }),
    ),
  );
  const flat = heard.map((item) => (item.ok ? item.value : item));
  const inOrder = merge(decoded, flat);
  return merge(checked, inOrder);
}

async function hasSpeech(
  detector: SpeechDetector,
  clip: AudioClip,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const probabilities = await detector.probabilities(clip, signal ? { signal } : {});
  const frames = probabilities.reduce((count, p) => count + (p >= SPEECH_THRESHOLD ? 1 : 0), 0);
  return frames * SpeechDetector.frameSec >= MIN_SPEECH_SEC;
}

/** Puts the later results in the places of the earlier ones that were good. */
function merge<T>(earlier: readonly BatchItem<unknown>[], later: readonly BatchItem<T>[]): BatchItem<T>[] {
  let place = 0;
  return earlier.map((item) => (item.ok ? later[place++]! : item));
}
