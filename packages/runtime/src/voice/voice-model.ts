import type { ModelCard, Recognition } from '@prosodia/contracts';
import type { ClipSource } from '../clip-source.js';
import type { Head } from './head.js';

/** What a voice needs of the recognizer it belongs to. */
export interface VoiceModel {
  readonly card: ModelCard;
  readonly heads: VoiceHeads;
  /**
   * The rows of a clip and whether anybody speaks in it.
   *
   * @param quick  the first variant's row alone, and no summaries
   */
  listen(source: ClipSource, signal?: AbortSignal, quick?: boolean): Promise<KnownClip>;
  /** Of each row the embedding, followed by the speaker's embedding where the model has one. */
  embeddings(rows: readonly Float32Array[], signal: AbortSignal | undefined): Promise<Float32Array[]>;
  /** The answer in words, as the recognizer's options want it. */
  answer(probabilities: Float32Array, heard: HeardClip): Recognition;
}

export interface HeardClip {
  /** A row for each of the card's variants. */
  readonly rows: readonly Float32Array[];
  readonly durationSec: number;
  readonly speech: boolean;
}

/** A clip with all that a speaker is known by. */
export interface KnownClip extends HeardClip {
  /** Of each variant the graph's outputs that the card knows speakers by, one after the other; empty where it names none. */
  readonly summaries: readonly Float32Array[];
}

/** The trained last layers of a model's two answers. */
export interface VoiceHeads {
  readonly plain: readonly Head[];
  /** Null for a model that treats all speakers alike. */
  readonly speaker: readonly Head[] | null;
}
