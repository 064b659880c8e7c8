import { loadTensorflow, type TensorFlow } from '../engine/backend.js';
import { applyTemperature, fitTemperature } from '../evaluate/calibration.js';
import { argmaxRows, confusionMatrix, scoresOf } from '../evaluate/metrics.js';
import type { LearnerOptions } from '../protocol/learner.js';
import type { TrainingSide } from '../protocol/side.js';
import { columnScale, type KernelMachine, KernelSystem, kernelScores } from './kernel-machine.js';
import {
  gather,
  innerParts,
  type KnownRows,
  ofCopies,
  type PreparedRows,
  prepare,
  rowsOfClips,
  SPEAKER_TAU,
} from './lda-head.js';
import { type ColumnStatistics, normaliseRows, shrunkStatistics } from './speaker-normalise.js';

/** Ridges that are tried inside the training side. */
export const RIDGES = [0.003, 0.01] as const;

/** Scores are softened by it before the temperature is fitted. */
const SOFT = 0.1;

/** A kernel machine with what its rows are normalised by. */
export class KernelHead {
  /** In what people differ is not known of nearness. */
  readonly directions = undefined;

  constructor(
    readonly trained: KernelMachine,
    readonly temperature: number,
    readonly population: ColumnStatistics,
    private readonly tf: TensorFlow,
  ) {}

  /**
   * Probabilities of raw rows.
   *
   * @param known  of their one speaker; nothing unless given
   */
  async posteriors(rows: Float32Array, known?: KnownRows): Promise<Float32Array> {
    const { size, classes } = this.trained;
    const statistics = known
      ? shrunkStatistics(known.rows, size, this.population, SPEAKER_TAU)
      : this.population;
    const scores = await kernelScores(this.tf, this.trained, normaliseRows(rows, size, statistics));
    return softmaxRows(scores, classes, this.temperature);
  }
}

export interface FittedKernelHead {
  readonly head: KernelHead;
  /** Of the clips of one inner fold, in the order of `innerTruth`, and then of each changed copy that answers. */
  readonly innerCopies: readonly Float32Array[];
  readonly innerTruth: readonly number[];
}

/**
 * Fits a kernel machine on the clips and their copies: its ridge by the mean recall on an inner fold of the training side, its
 * temperature by the likelihood there.
 *
 * @param copies  raw rows of the side's clips, then of each changed copy; each clips × size
 */
export async function fitKernelHead(
  copies: readonly Float32Array[],
  size: number,
  train: TrainingSide,
  options: LearnerOptions & { readonly answerCopies: number },
): Promise<FittedKernelHead> {
  const { tf } = await loadTensorflow();
  const classes = options.labels.length;
  const prepared = prepare(copies, size, train, options.track !== 'nothing');
  const held = innerParts(train, options.seed)[0]!;
  const { ridge, temperature, ...inner } = await choose(tf, prepared, train, held, classes, options);
  const clips = Int32Array.from({ length: train.length }, (_, clip) => clip);
  const system = await systemOf(tf, prepared, train, clips, classes);
  const trained = await system.solve(ridge);
  system.dispose();
  return {
    head: new KernelHead(trained, temperature, prepared.population, tf),
    ...inner,
  };
}

/** The rows of some clips and of their copies beside each other. */
async function systemOf(
  tf: TensorFlow,
  prepared: PreparedRows,
  train: TrainingSide,
  clips: ArrayLike<number>,
  classes: number,
): Promise<KernelSystem> {
  const { rows, rowClasses } = rowsOfClips(prepared, train, clips);
  return KernelSystem.of(
    tf,
    rows,
    columnScale(rows, prepared.size, rowClasses, classes),
    rowClasses,
    classes,
  );
}

async function choose(
  tf: TensorFlow,
  prepared: PreparedRows,
  train: TrainingSide,
  held: readonly number[],
  classes: number,
  { answerCopies }: { readonly answerCopies: number },
) {
  const { rows, size } = prepared;
  const apart = new Set(held);
  const others = train.speakers.flatMap((_, clip) => (apart.has(clip) ? [] : [clip]));
  const system = await systemOf(tf, prepared, train, others, classes);
  const innerTruth = held.map((clip) => train.classes[clip]!);
  let best = { ridge: 0, uar: -1, copies: [] as Float32Array[] };
  for (const ridge of RIDGES) {
    const machine = await system.solve(ridge);
    const copies: Float32Array[] = [];
    for (let copy = 0; copy <= answerCopies; copy++) {
      const places = held.map((clip) => copy * train.length + clip);
      copies.push(softmaxRows(await kernelScores(tf, machine, gather(rows, size, places)), classes, SOFT));
    }
    const { uar } = scoresOf(confusionMatrix(innerTruth, argmaxRows(ofCopies(copies), classes), classes));
    if (uar > best.uar) best = { ridge, uar, copies };
  }
  system.dispose();
  const { temperature } = fitTemperature(best.copies[0]!, innerTruth, classes, 'inner');
  const innerCopies = best.copies.map((own) => applyTemperature(own, classes, temperature));
  return { ridge: best.ridge, temperature: SOFT * temperature, innerCopies, innerTruth };
}

function softmaxRows(scores: Float32Array, classes: number, temperature: number): Float32Array {
  const result = new Float32Array(scores.length);
  for (let at = 0; at < scores.length; at += classes) {
    const own = scores.subarray(at, at + classes);
    const top = own.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(own, (score) => Math.exp((score - top) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    for (const [c, power] of powers.entries()) result[at + c] = power / sum;
  }
  return result;
}
