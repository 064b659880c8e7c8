import { ProsodiaError, parseWith, type Recognition } from '@prosodia/contracts';
import { z } from 'zod';
import type { ClipSource } from '../clip-source.js';

/** Whatever answers for a clip: a recognizer, or one person's voice. */
export interface ClipRecognizer {
  recognize(source: ClipSource, options?: { signal?: AbortSignal }): Promise<Recognition>;
}

const vadSchema = z.strictObject({
  /**
   * Speech begins where the detector's probability reaches this, and goes on down to 0.15 below it. Lower than for
   * calm speech: screams and sobs look less like words.
   */
  threshold: z.number().min(0.05).max(0.95).default(0.4),
  /** Less speech than this is taken for a click or a cough. */
  minSpeechSec: z.number().min(0.1).max(5).default(0.2),
  /** Pauses shorter than this belong to the speech around them. */
  minSilenceSec: z.number().min(0.05).max(10).default(0.4),
  /** Kept before the beginning and after the end. */
  padSec: z.number().min(0).max(1).default(0.05),
  /** Longer speech is divided where the detector is least sure. */
  maxSegmentSec: z.number().min(1).max(300).default(30),
});

const settingsSchema = z.strictObject({
  /** Rate of chunks that do not carry their own. */
  sampleRateHz: z.number().int().min(4_000).max(384_000).default(16_000),
  /** How much of the last speech a provisional answer is about. */
  windowSec: z.number().min(0.2).max(60).default(2),
  /** From one provisional answer to the next. */
  hopSec: z.number().min(0.05).max(60).default(0.5),
  /** Weight of the provisional answers before, 0 (none) to below 1. */
  smoothing: z.number().min(0).max(0.99).default(0.5),
  /** False: everything counts as speech and segments are `maxSegmentSec` long. */
  vad: z.union([z.boolean(), vadSchema]).default(true),
});

export type VadSettings = z.output<typeof vadSchema>;

/** How `stream` listens; each has a default. */
export interface StreamOptions extends z.input<typeof settingsSchema> {
  /** Answers in the recognizer's place, e.g. one person's voice. */
  readonly speaker?: ClipRecognizer | undefined;
  /** Ends the stream with ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

export type StreamSettings = Omit<z.output<typeof settingsSchema>, 'vad'> & {
  readonly vad: VadSettings;
  readonly detect: boolean;
};

/** @throws ProsodiaError INVALID_ARGUMENT naming the option, its range and what was given */
export function streamSettings({ speaker, signal, ...options }: StreamOptions): StreamSettings {
  if (speaker !== undefined && typeof speaker?.recognize !== 'function')
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected an object with recognize() for speaker');
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected an AbortSignal for signal');
  const settings = parseWith(settingsSchema, options, 'stream options');
  const vad = vadSchema.parse(typeof settings.vad === 'object' ? settings.vad : {});
  return { ...settings, vad, detect: settings.vad !== false };
}
