import type { Delivery } from './espeak.js';
import type { Random } from './random.js';
import type { Speaker } from './speakers.js';
import type { Shaping } from './voice-quality.js';

/** RAVDESS's codes, in its order. */
export const EMOTIONS = [
  'neutral',
  'calm',
  'happy',
  'sad',
  'angry',
  'fearful',
  'disgust',
  'surprised',
] as const;
export type Emotion = (typeof EMOTIONS)[number];

export const INTENSITIES = ['normal', 'strong'] as const;
export type Intensity = (typeof INTENSITIES)[number];

/** RAVDESS's two sentences. */
export const SENTENCES = ['Kids are talking by the door', 'Dogs are sitting by the door'] as const;

/** How one emotion sounds at normal intensity, by an actor of expressiveness 1. */
interface ActingRule {
  /** Engine pitch, 50 as the voice is. */
  readonly pitch: number;
  /** Engine pitch range, 50 as the voice is. */
  readonly range: number;
  readonly wordsPerMinute: number;
  /** Level of the speech itself, in dB below full scale. */
  readonly levelDb: number;
  /** Spectral tilt: above 0 sharper, below 0 duller. */
  readonly tilt: number;
  /** Share of breath noise. */
  readonly breath: number;
  /** Depth of an amplitude tremor. */
  readonly tremor: number;
  /** How hard the voice is driven into saturation. */
  readonly drive: number;
  /** The engine shapes the melody by it. */
  readonly punctuation: '.' | '!' | '?';
}

/** Bumped whenever a rule or the way it is applied changes: corpora of different rules never mix. */
export const RULES_VERSION = 1;

/** The whole play book. Directions follow the literature on acted speech: arousal raises pitch, rate and level. */
export const ACTING_RULES: Readonly<Record<Emotion, ActingRule>> = {
  neutral: rule(48, 40, 165, -27, 0, 0.01, 0, 0, '.'),
  calm: rule(43, 28, 142, -31, -0.3, 0.05, 0, 0, '.'),
  happy: rule(62, 78, 182, -22, 0.2, 0.01, 0, 0.2, '!'),
  sad: rule(39, 20, 128, -33, -0.45, 0.09, 0.1, 0, '.'),
  angry: rule(56, 64, 190, -17, 0.45, 0.01, 0, 1.2, '!'),
  fearful: rule(70, 44, 205, -24, 0.05, 0.07, 0.35, 0.1, '.'),
  disgust: rule(42, 58, 138, -25, 0.1, 0.03, 0, 0.8, '.'),
  surprised: rule(66, 96, 172, -22, 0.15, 0.02, 0, 0.1, '?'),
};

/** Strong acting goes this much further from neutral than normal acting. */
const STRONG = 1.5;

/** What one clip is made of. */
export interface Performance extends Shaping {
  readonly text: string;
  readonly delivery: Delivery;
}

/**
 * Acts a sentence: neutral plus the emotion's difference from it, scaled by intensity and by the actor, with
 * seeded variation from take to take.
 */
export function perform(
  speaker: Speaker,
  emotion: Emotion,
  intensity: Intensity,
  sentence: string,
  random: Random,
): Performance {
  const neutral = ACTING_RULES.neutral;
  const target = ACTING_RULES[emotion];
  const weight = speaker.expressiveness * (intensity === 'strong' ? STRONG : 1) * random.uniform(0.7, 1.3);
  const blend = (key: 'pitch' | 'range' | 'wordsPerMinute' | 'levelDb' | 'tilt') =>
    neutral[key] + weight * (target[key] - neutral[key]);
  const amount = (key: 'breath' | 'tremor' | 'drive') =>
    Math.max(0, neutral[key] + weight * (target[key] - neutral[key]));
  return {
    text: `${sentence}${target.punctuation}`,
    delivery: {
      pitch: clamp(blend('pitch') + speaker.pitchOffset + 3 * random.normal(), 2, 98),
      range: clamp(blend('range') + 7 * random.normal(), 2, 98),
      wordsPerMinute: clamp(
        blend('wordsPerMinute') * speaker.rateFactor * (1 + 0.04 * random.normal()),
        85,
        320,
      ),
    },
    quality: {
      tilt: clamp(blend('tilt') + 0.06 * random.normal(), -0.85, 0.85),
      breath: amount('breath'),
      tremor: clamp(amount('tremor'), 0, 0.7),
      tremorHz: random.uniform(5.5, 8),
      drive: amount('drive'),
    },
    levelDb: clamp(blend('levelDb') + speaker.levelDb + 1.5 * random.normal(), -48, -12),
    leadSec: random.uniform(0.45, 0.8),
    tailSec: random.uniform(0.5, 0.9),
  };
}

function rule(
  ...[pitch, range, wordsPerMinute, levelDb, tilt, breath, tremor, drive, punctuation]: [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    ActingRule['punctuation'],
  ]
): ActingRule {
  return { pitch, range, wordsPerMinute, levelDb, tilt, breath, tremor, drive, punctuation };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
