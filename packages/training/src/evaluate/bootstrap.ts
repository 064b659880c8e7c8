import { ProsodiaError } from '@prosodia/contracts';
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

/** One system against another on the same clips. */
export interface PairedDifference {
  /** Mean recall of the first less that of the second. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided: twice the share of draws on the other side of zero, at most 1. */
  readonly p: number;
}

/**
 * Whether one system is better than another: both are judged on the same drawn speakers, again and again, so that
 * what a hard voice costs both is no noise.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when the rows are not the same clips
 */
export function pairedDifference(
  first: readonly JudgedRow[],
  second: readonly JudgedRow[],
  classes: number,
  seed: number,
): PairedDifference {
  const same = first.length === second.length && first.every((row, index) => sameClip(row, second[index]!));
  if (!same)
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected the same clips in the same order of both systems');
  const [one, other] = [confusionPerSpeaker(first, classes), confusionPerSpeaker(second, classes)];
  const uarOf = (parts: readonly Confusion[]) => scoresOf(sum(parts, classes)).uar;
  const random = new Random(seed, 'paired-bootstrap');
  const draws = Float64Array.from({ length: BOOTSTRAP_DRAWS }, () => {
    const speakers = one.map(() => random.below(one.length));
    return uarOf(speakers.map((s) => one[s]!)) - uarOf(speakers.map((s) => other[s]!));
  }).sort();
  const below = draws.filter((value) => value <= 0).length / draws.length;
  const above = draws.filter((value) => value >= 0).length / draws.length;
  return {
    difference: uarOf(one) - uarOf(other),
    low: quantile(draws, 0.025),
    high: quantile(draws, 0.975),
    p: Math.min(1, 2 * Math.min(below, above)),
  };
}

function sameClip(one: JudgedRow, other: JudgedRow): boolean {
  return one.speaker === other.speaker && one.truth === other.truth;
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
