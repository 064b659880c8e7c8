import { bootstrapOverSpeakers, type Interval } from '@prosodia/training';
import type { KeptAnswers } from './kept-answers.js';

/** Seconds of speech heard at which the answer is asked for. */
const HEARD_SEC = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4] as const;
/** Tolerated between the time of an answer and its place on the axis: one frame of the detector and a bit. */
const FRAME_SEC = 0.04;
const SEED = 0;

/** What is known after so much speech. */
export interface DecisionPoint {
  readonly heardSec: number;
  /** Mean recall, with its 95 % interval over speakers; a clip without an answer yet counts as wrong. */
  readonly uar: Interval;
  /** Share of the clips that have an answer. */
  readonly answered: number;
}

/** How soon the emotion is known, and what is known at the end. */
export interface DecisionCurve {
  readonly recipe: string;
  readonly clips: number;
  readonly points: readonly DecisionPoint[];
  readonly whole: DecisionPoint;
}

/** UAR against the speech heard. */
export function decisionCurve(kept: KeptAnswers): DecisionCurve {
  return {
    recipe: kept.recipe,
    clips: kept.clips.length,
    points: HEARD_SEC.map((heardSec) => pointAt(kept, heardSec)),
    whole: pointAt(kept, Number.POSITIVE_INFINITY),
  };
}

function pointAt({ labels, clips }: KeptAnswers, heardSec: number): DecisionPoint {
  const none = labels.length;
  const rows = clips.map(({ speaker, truth, answers }) => {
    const latest = answers.findLast(([hundredths]) => hundredths / 100 <= heardSec + FRAME_SEC);
    return { speaker, truth: labels.indexOf(truth), predicted: latest?.[1] ?? none };
  });
  const { uar } = bootstrapOverSpeakers(rows, labels.length + 1, SEED);
  const answered = rows.filter(({ predicted }) => predicted !== none).length / rows.length;
  return { heardSec, uar, answered };
}
