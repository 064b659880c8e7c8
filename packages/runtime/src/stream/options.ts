import type { Recognition } from '@prosodia/contracts';
import type { ClipSource } from '../clip-source.js';
import { checkedNumber, checkFields, type Range, refusal } from '../option-checks.js';

export interface RecognizeOptions {
  readonly signal?: AbortSignal;
  /**
   * Answers by the clip alone where the model would also hear changed copies of it: for `base` a quarter of the time and
   * about a point less accurate. False unless given.
   */
  readonly quick?: boolean;
}

/** Whatever answers for a clip: a recognizer, or one person's voice. */
export interface ClipRecognizer {
  recognize(source: ClipSource, options?: RecognizeOptions): Promise<Recognition>;
}

/** How speech is told from everything else. */
export interface VadSettings {
  /**
   * Speech begins where the detector's probability reaches this, and goes on down to 0.15 below it. Lower than for
   * calm speech: screams and sobs look less like words. 0.05 to 0.95; 0.4 unless given.
   */
  readonly threshold: number;
  /** Less speech than this is taken for a click or a cough; 0.1 to 5, 0.2 unless given. */
  readonly minSpeechSec: number;
  /** Pauses shorter than this belong to the speech around them; 0.05 to 10, 0.5 unless given. */
  readonly minSilenceSec: number;
  /** Kept before the beginning and after the end; 0 to 1, 0.05 unless given. */
  readonly padSec: number;
  /** Longer speech is divided where the detector is least sure; 1 to 300, 30 unless given. */
  readonly maxSegmentSec: number;
}

interface Timing {
  /** Rate of chunks that do not carry their own; 4,000 to 384,000, 16,000 unless given. */
  readonly sampleRateHz: number;
  /** How much of the last speech a provisional answer is about; 0.2 to 60, 2 unless given. */
  readonly windowSec: number;
  /** From one provisional answer to the next; 0.05 to 60, 0.5 unless given. */
  readonly hopSec: number;
  /** Weight of the provisional answers before, 0 (none) to 0.99; 0.5 unless given. */
  readonly smoothing: number;
}

/** Any of the fields. */
type Some<T> = { readonly [name in keyof T]?: T[name] | undefined };

/** How `stream` listens; each has a default. */
export interface StreamOptions extends Some<Timing> {
  /** False: everything counts as speech and segments are `maxSegmentSec` long. True unless given. */
  readonly vad?: boolean | Some<VadSettings> | undefined;
  /** Answers in the recognizer's place, e.g. one person's voice. */
  readonly speaker?: ClipRecognizer | undefined;
  /** Ends the stream with ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

export interface StreamSettings extends Timing {
  readonly vad: VadSettings;
  readonly detect: boolean;
}

type Rules<T> = Readonly<Record<keyof T, Range & { readonly fallback: number }>>;

const TIMING: Rules<Timing> = {
  sampleRateHz: { min: 4_000, max: 384_000, fallback: 16_000 },
  windowSec: { min: 0.2, max: 60, fractions: true, fallback: 2 },
  hopSec: { min: 0.05, max: 60, fractions: true, fallback: 0.5 },
  smoothing: { min: 0, max: 0.99, fractions: true, fallback: 0.5 },
};

const VAD: Rules<VadSettings> = {
  threshold: { min: 0.05, max: 0.95, fractions: true, fallback: 0.4 },
  minSpeechSec: { min: 0.1, max: 5, fractions: true, fallback: 0.2 },
  minSilenceSec: { min: 0.05, max: 10, fractions: true, fallback: 0.5 },
  padSec: { min: 0, max: 1, fractions: true, fallback: 0.05 },
  maxSegmentSec: { min: 1, max: 300, fractions: true, fallback: 30 },
};

/** @throws ProsodiaError INVALID_ARGUMENT naming the option, its range and what was given */
export function streamSettings({ speaker, signal, ...options }: StreamOptions): StreamSettings {
  if (speaker !== undefined && typeof speaker?.recognize !== 'function')
    throw refusal('an object with recognize() for speaker', speaker);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw refusal('an AbortSignal for signal', signal);
  const { vad = true, ...timing } = options;
  return {
    ...filled('stream options', timing, TIMING),
    vad: filled('vad', typeof vad === 'boolean' ? {} : vad, VAD),
    detect: vad !== false,
  };
}

/** Every field as given, or its fallback. */
function filled<T>(what: string, options: Some<T>, rules: Rules<T>): T {
  const names = Object.keys(rules) as (keyof T & string)[];
  checkFields(what, options, names);
  return Object.fromEntries(
    names.map((name) => [name, checkedNumber(name, options[name] ?? rules[name].fallback, rules[name])]),
  ) as T;
}
