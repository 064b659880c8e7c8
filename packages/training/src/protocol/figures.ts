import {
  bootstrapOverSpeakers,
  type Interval,
  type JudgedRow,
  type PairedDifference,
  pairedDifference,
} from '../evaluate/bootstrap.js';
import { brierScore } from '../evaluate/calibration.js';
import { caveatOf } from '../evaluate/caveat.js';
import { type Judgement, judge, type Predictions, toPredictions } from '../evaluate/judge.js';
import { argmaxRows, confusionMatrix, scoresOf } from '../evaluate/metrics.js';
import { FOLD_CAVEATS } from './fold-plan.js';
import { type KeptPredictions, PROBABILITY_STEPS } from './kept-predictions.js';

/** People listening to RAVDESS's speech, audio alone, seven options: share right (Livingstone & Russo 2018). */
export const LISTENERS_SEVEN_OPTIONS = 0.624;

/** Everything said of kept predictions, in [0, 1] where it is a share. */
export interface ProtocolFigures {
  readonly recipe: string;
  readonly protocol: string;
  readonly track: string;
  readonly clips: number | null;
  readonly permuted: boolean;
  readonly seeds: readonly number[];
  readonly uar: number;
  readonly uarLow: number;
  readonly uarHigh: number;
  readonly wa: number;
  readonly waLow: number;
  readonly waHigh: number;
  readonly macroF1: number;
  readonly recalls: Readonly<Record<string, number>>;
  readonly ece: number;
  readonly brier: number;
  /** Share right where calm counts as neutral, as in the listeners' test; null for other labels. */
  readonly sevenOption: number | null;
  readonly sevenOptionUar: number | null;
  /** Mean recall among the women's clips; null where there are none. */
  readonly women: number | null;
  readonly men: number | null;
  readonly worstActor: { readonly speaker: string; readonly uar: number };
  readonly actors: Readonly<Record<string, number>>;
  /** Share right among the surest half. */
  readonly surestHalf: number;
  /** Mean recall and its interval over speakers, by name of the noise. */
  readonly noisy: Readonly<Record<string, Interval>>;
  /** Mean recall by corpus, where several are tested. */
  readonly corpora: Readonly<Record<string, number>>;
  readonly fitSec: number;
  readonly predictMsPerClip: number;
  readonly caveat: string;
}

/** Figures, and what charts are drawn from. */
export interface ProtocolJudgement {
  readonly figures: ProtocolFigures;
  readonly judgement: Judgement;
  readonly predictions: Predictions;
}

/** Computes every figure from kept predictions: the same file gives the same numbers. */
export function judgeKept(kept: KeptPredictions): ProtocolJudgement {
  const { labels } = kept;
  const classes = labels.length;
  const probabilities = sharesOf(kept.probabilities);
  const predictions = toPredictions(
    probabilities,
    kept.rows.map(([recording, variant]) => ({ ...kept.recordings[recording]!, variant })),
    labels,
  );
  const caveat = caveatOf(
    FOLD_CAVEATS[kept.protocol],
    kept.synthetic,
    kept.permuted ? 'Training labels were shuffled: anything above chance would be a leak.' : '',
  );
  const judgement = judge(predictions, { protocol: kept.protocol, caveat, seed: 0 });
  const { accuracy, uar, macroF1, recalls } = judgement.evaluation;
  const rows = judgedRows(kept);
  const truth = rows.map((row) => row.truth);
  const only = (wanted: (recording: KeptPredictions['recordings'][number]) => boolean) =>
    uarOf(
      rows.filter((_, index) => wanted(kept.recordings[kept.rows[index]![0]]!)),
      classes,
    );
  const speakers = [...new Set(rows.map((row) => row.speaker))].sort();
  const actors = Object.fromEntries(
    speakers.map((speaker) => [speaker, only((recording) => recording.speaker === speaker)!]),
  );
  const [worst] = Object.entries(actors).sort((a, b) => a[1] - b[1]);
  const corpora = [...new Set(kept.recordings.map(({ corpus }) => corpus))];
  const { recipe, protocol, track, clips, permuted, seeds, timing } = kept;
  return {
    judgement,
    predictions,
    figures: {
      ...{ recipe, protocol, track, clips, permuted, seeds },
      ...boundsOf(uar, accuracy),
      macroF1,
      recalls,
      ece: judgement.calibrationError,
      brier: brierScore(probabilities, truth, classes),
      ...sevenOptions(probabilities, truth, labels),
      women: only(({ sex }) => sex === 'female'),
      men: only(({ sex }) => sex === 'male'),
      worstActor: { speaker: worst![0], uar: worst![1] },
      actors,
      surestHalf: rightAmongSurest(predictions, 0.5),
      noisy: Object.fromEntries(
        Object.entries(kept.noisy).map(([name, steps]) => [
          name,
          bootstrapOverSpeakers(judgedRows(kept, steps), classes, 0).uar,
        ]),
      ),
      corpora:
        corpora.length < 2
          ? {}
          : Object.fromEntries(corpora.map((name) => [name, only(({ corpus }) => corpus === name)!])),
      ...timing,
      caveat: judgement.evaluation.caveat,
    },
  };
}

/**
 * Whether one learner is better than another under the same protocol.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when they were not tested on the same clips in the same folds
 */
export function compareKept(first: KeptPredictions, second: KeptPredictions): PairedDifference {
  return pairedDifference(judgedRows(first), judgedRows(second), first.labels.length, 0);
}

/** Share right among the share of clips it is surest of. */
export function rightAmongSurest({ rows }: Predictions, share: number): number {
  const sorted = rows
    .map(({ probabilities, predicted, truth }) => ({
      sure: Math.max(...probabilities),
      right: predicted === truth,
    }))
    .sort((a, b) => b.sure - a.sure)
    .slice(0, Math.max(1, Math.round(share * rows.length)));
  return sorted.filter(({ right }) => right).length / sorted.length;
}

function sharesOf(steps: readonly number[]): Float32Array {
  return Float32Array.from(steps, (step) => step / PROBABILITY_STEPS);
}

function judgedRows(kept: KeptPredictions, steps: readonly number[] = kept.probabilities): JudgedRow[] {
  const best = argmaxRows(sharesOf(steps), kept.labels.length);
  return kept.rows.map(([recording], index) => {
    const { speaker, truth } = kept.recordings[recording]!;
    return { speaker, truth: kept.labels.indexOf(truth), predicted: best[index]! };
  });
}

function uarOf(rows: readonly JudgedRow[], classes: number): number | null {
  if (rows.length === 0) return null;
  const [truth, said] = [rows.map((row) => row.truth), rows.map((row) => row.predicted)];
  return scoresOf(confusionMatrix(truth, said, classes)).uar;
}

function boundsOf(uar: Interval, wa: Interval) {
  return {
    ...{ uar: uar.value, uarLow: uar.low, uarHigh: uar.high },
    ...{ wa: wa.value, waLow: wa.low, waHigh: wa.high },
  };
}

/** Calm joined to neutral: their probabilities are added, so that neither takes votes from the other. */
function sevenOptions(probabilities: Float32Array, truth: readonly number[], labels: readonly string[]) {
  const [calm, neutral] = [labels.indexOf('calm'), labels.indexOf('neutral')];
  if (calm < 0 || neutral < 0) return { sevenOption: null, sevenOptionUar: null };
  const joined = Float32Array.from(probabilities);
  for (let start = 0; start < joined.length; start += labels.length) {
    joined[start + neutral]! += joined[start + calm]!;
    joined[start + calm] = 0;
  }
  const said = argmaxRows(joined, labels.length);
  const meant = truth.map((label) => (label === calm ? neutral : label));
  const scores = scoresOf(confusionMatrix(meant, said, labels.length));
  return { sevenOption: scores.accuracy, sevenOptionUar: scores.uar };
}
