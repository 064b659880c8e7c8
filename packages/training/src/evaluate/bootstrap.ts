import { Random } from '../random.js';
import { type Confusion, confusionMatrix, type Scores, scoresOf } from './metrics.js';

export interface Interval {
  readonly value: number;
  /** 2.5th percentile. */
  readonly low: number;
  /** 97.5th percentile. */
  readonly high: number;
}

export interface SpeakerIntervals {
  readonly accuracy: Interval;
  readonly uar: Interval;
  /** Empty, or why the intervals say nothing. */
  readonly note: string;
}

/** Predictions of one speaker's rows. */
export interface JudgedRow {
  readonly speaker: string;
  readonly truth: number;
  readonly predicted: number;
}

/** Draws of the bootstrap. */
export const BOOTSTRAP_DRAWS = 1_000;

/**
 * 95 % percentile intervals over speakers: whole speakers are drawn with replacement, since rows of one voice
 * err together (Efron & Tibshirani 1993, ch. 13).
 *
 * With fewer than two speakers nothing can be said: the intervals are [0, 1] and `note` says why.
 */
export function bootstrapOverSpeakers(
  rows: readonly JudgedRow[],
  classes: number,
  seed: number,
): SpeakerIntervals {
  const speakers = confusionPerSpeaker(rows, classes);
  const all = scoresOf(sum(speakers, classes));
  if (speakers.length < 2)
    return {
      accuracy: { value: all.accuracy, low: 0, high: 1 },
      uar: { value: all.uar, low: 0, high: 1 },
      note: `No interval: ${speakers.length === 1 ? 'one speaker' : 'no speaker'} on the test side.`,
    };
  const random = new Random(seed, 'bootstrap');
  const draws: Scores[] = [];
  for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++)
    draws.push(
      scoresOf(
        sum(
          speakers.map(() => speakers[random.below(speakers.length)]!),
          classes,
        ),
      ),
    );
  const interval = (key: 'accuracy' | 'uar'): Interval => {
    const sorted = Float64Array.from(draws, (scores) => scores[key]).sort();
    return { value: all[key], low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  };
  return { accuracy: interval('accuracy'), uar: interval('uar'), note: '' };
}

function confusionPerSpeaker(rows: readonly JudgedRow[], classes: number): Confusion[] {
  const bySpeaker = new Map<string, JudgedRow[]>();
  for (const row of rows) {
    const known = bySpeaker.get(row.speaker);
    if (known) known.push(row);
    else bySpeaker.set(row.speaker, [row]);
  }
  return [...bySpeaker.keys()].sort().map((speaker) => {
    const own = bySpeaker.get(speaker)!;
    return confusionMatrix(
      own.map((row) => row.truth),
      own.map((row) => row.predicted),
      classes,
    );
  });
}

function sum(parts: readonly Confusion[], classes: number): Confusion {
  const counts = new Float64Array(classes * classes);
  for (const part of parts) for (const [cell, count] of part.counts.entries()) counts[cell]! += count;
  return { classes, counts };
}

/** Linear interpolation between order statistics, NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
}
