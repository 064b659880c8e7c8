import { bootstrapOverSpeakers, confusionMatrix, type JudgedRow, scoresOf } from '@prosodia/training';
import type { PersonalCounts, SpeakerCounts } from './personal-evaluation.js';

/** A track in figures. */
export interface PersonalRow {
  readonly track: string;
  readonly uar: number;
  /** 95 % over speakers. */
  readonly uarLow: number;
  readonly uarHigh: number;
  /** Share of speakers who are worse off than with nothing known. */
  readonly harmed: number;
  /** Mean recall of the quarter of speakers who are recognised worst. */
  readonly worstQuartile: number;
  /** How often the adapted layers proved better on clips left out and answered. */
  readonly adapted: number;
  readonly adaptationMs: number;
}

/** Every track's figures, from what was counted. */
export function personalRows({ tracks, labels, seed }: PersonalCounts): PersonalRow[] {
  const classes = labels.length;
  const before = new Map(tracks.nothing!.map((own) => [own.speaker, recallOf(own, classes)]));
  return Object.entries(tracks).map(([track, speakers]) => {
    const { uar } = bootstrapOverSpeakers(
      speakers.flatMap((own) => judgedRows(own, classes)),
      classes,
      seed,
    );
    const recalls = speakers.map((own) => recallOf(own, classes)).sort((a, b) => a - b);
    const worst = recalls.slice(0, Math.max(1, Math.round(recalls.length / 4)));
    return {
      track,
      uar: uar.value,
      uarLow: uar.low,
      uarHigh: uar.high,
      harmed: mean(speakers.map((own) => (recallOf(own, classes) < before.get(own.speaker)! ? 1 : 0))),
      worstQuartile: mean(worst),
      adapted: mean(speakers.map(({ used }) => used)),
      adaptationMs: mean(speakers.map(({ adaptationMs }) => adaptationMs)),
    };
  });
}

function recallOf(own: SpeakerCounts, classes: number): number {
  const rows = judgedRows(own, classes);
  const confusion = confusionMatrix(
    rows.map(({ truth }) => truth),
    rows.map(({ predicted }) => predicted),
    classes,
  );
  return scoresOf(confusion).uar;
}

function judgedRows({ speaker, counts }: SpeakerCounts, classes: number): JudgedRow[] {
  return counts.flatMap((count, cell) =>
    Array.from({ length: count }, () => ({
      speaker,
      truth: Math.floor(cell / classes),
      predicted: cell % classes,
    })),
  );
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
