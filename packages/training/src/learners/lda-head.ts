import { ProsodiaError } from '@prosodia/contracts';
import { applyTemperature, fitTemperature } from '../evaluate/calibration.js';
import { argmaxRows, confusionMatrix, scoresOf } from '../evaluate/metrics.js';
import type { LearnerOptions } from '../protocol/learner.js';
import type { TrainingSide } from '../protocol/side.js';
import {
  addSums,
  type Discriminant,
  fitDiscriminant,
  posteriors,
  type ScatterSums,
  scatterSums,
  withMeans,
} from './discriminant.js';
import { type PersonDirections, personDirections } from './person-directions.js';
import {
  type ColumnStatistics,
  columnStatistics,
  normaliseRows,
  shrunkStatistics,
} from './speaker-normalise.js';

/** Shares of the diagonal that are tried inside the training side. */
export const SHRINKAGES = [0.05, 0.1, 0.2, 0.4] as const;

export const INNER_FOLDS = 8;

/** Clips that weigh as much as the population in a speaker's statistics. */
export const SPEAKER_TAU = 4;

/** Clips of a person from which on the normalised answer is the better one. */
export const SPEAKER_MIN_CLIPS = 4;

/** Labelled clips that weigh as much as the trained mean of a class. */
export const CLASS_TAU = 2;

/** Weight of the clip itself among its copies. */
export const OWN_WEIGHT = 2;

/** Posteriors are taken this soft before the temperature is fitted: sharper ones vanish in 32 bits. */
export const SOFT = 8;

/** What is known of the speaker of some rows: raw rows of his or her clips, and the class of each where it is. */
export interface KnownRows {
  readonly rows: Float32Array;
  readonly classes?: Int32Array | undefined;
}

/** One discriminant with what its rows are normalised by. */
export class LdaHead {
  constructor(
    readonly trained: Discriminant,
    readonly temperature: number,
    readonly population: ColumnStatistics,
    /** In what a person's own head may differ; in everything unless known. */
    readonly directions?: PersonDirections | undefined,
  ) {}

  /**
   * Posterior probabilities of raw rows.
   *
   * @param known  of their one speaker; nothing unless given
   */
  posteriors(rows: Float32Array, known?: KnownRows): Float32Array {
    const { size } = this.trained;
    if (!known) return posteriors(this.trained, normaliseRows(rows, size, this.population), this.temperature);
    const statistics = shrunkStatistics(known.rows, size, this.population, SPEAKER_TAU);
    const model = known.classes
      ? this.#movedTo(normaliseRows(known.rows, size, statistics), known.classes)
      : this.trained;
    return posteriors(model, normaliseRows(rows, size, statistics), this.temperature);
  }

  /** Class means between the trained ones and the labelled clips'. */
  #movedTo(rows: Float32Array, rowClasses: Int32Array): Discriminant {
    const { size, means, classes } = this.trained;
    const moved = means.map((mean) => CLASS_TAU * mean);
    const weights = new Float64Array(classes).fill(CLASS_TAU);
    for (let row = 0; row < rowClasses.length; row++) {
      const place = rowClasses[row]! * size;
      weights[rowClasses[row]!]! += 1;
      for (let at = 0; at < size; at++) moved[place + at]! += rows[row * size + at]!;
    }
    for (let at = 0; at < moved.length; at++) moved[at]! /= weights[Math.floor(at / size)]!;
    return withMeans(this.trained, moved);
  }
}

export interface FittedHead {
  readonly head: LdaHead;
  /**
   * Posteriors that heads fitted without them give the training clips, in the order of `innerTruth`, and then each changed
   * copy that answers.
   */
  readonly innerCopies: readonly Float32Array[];
  readonly innerTruth: readonly number[];
}

/** Training rows, normalised as the track will, all copies one after the other. */
export interface PreparedRows {
  readonly rows: Float32Array;
  readonly size: number;
  /** Place in the side of each row's clip. */
  readonly clipOf: Int32Array;
  /** Of all copies together: what a speaker of whom nothing is known is normalised by. */
  readonly population: ColumnStatistics;
}

/**
 * Fits a head: its shrinkage by the mean recall on inner folds of the training side, its temperature by the likelihood
 * there.
 *
 * @param copies  raw rows of the side's clips, then of each changed copy; each clips × size
 */
export function fitHead(
  copies: readonly Float32Array[],
  size: number,
  train: TrainingSide,
  options: LearnerOptions & { readonly answerCopies: number },
): FittedHead {
  const prepared = prepare(copies, size, train, options.track !== 'nothing');
  const { shrinkage, temperature, sums, ...inner } = choose(train, prepared, options.labels.length, options);
  // The inner folds are the whole side.
  const trained = fitDiscriminant(addSums(sums), shrinkage);
  return {
    head: new LdaHead(
      trained,
      temperature,
      prepared.population,
      directionsOf(trained, prepared, train, options),
    ),
    ...inner,
  };
}

/** Of the clips as they are; known only where each person's clips have been brought to a common place. */
function directionsOf(
  trained: Discriminant,
  { rows }: PreparedRows,
  { classes, speakers, length }: TrainingSide,
  { track }: LearnerOptions,
): PersonDirections | undefined {
  if (track === 'nothing') return undefined;
  return personDirections(trained, { rows: rows.subarray(0, length * trained.size), classes, speakers });
}

export function prepare(
  copies: readonly Float32Array[],
  size: number,
  train: TrainingSide,
  bySpeaker: boolean,
): PreparedRows {
  const population = columnStatistics(joined(copies), size);
  const rows = joined(
    copies.map((inputs) =>
      bySpeaker
        ? normaliseSpeakers(inputs, size, train.speakers, population)
        : normaliseRows(inputs, size, population),
    ),
  );
  const clipOf = Int32Array.from({ length: train.length * copies.length }, (_, row) => row % train.length);
  return { rows, size, clipOf, population };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

function normaliseSpeakers(
  inputs: Float32Array,
  size: number,
  speakers: readonly string[],
  population: ColumnStatistics,
): Float32Array {
  const result = new Float32Array(inputs.length);
  for (const speaker of new Set(speakers)) {
    const places = speakers.flatMap((own, place) => (own === speaker ? [place] : []));
    const rows = gather(inputs, size, places);
    const normalised = normaliseRows(rows, size, shrunkStatistics(rows, size, population, SPEAKER_TAU));
    for (const [index, place] of places.entries())
      result.set(normalised.subarray(index * size, (index + 1) * size), place * size);
  }
  return result;
}

export function gather(rows: Float32Array, size: number, places: ArrayLike<number>): Float32Array {
  const gathered = new Float32Array(places.length * size);
  for (let index = 0; index < places.length; index++)
    gathered.set(rows.subarray(places[index]! * size, (places[index]! + 1) * size), index * size);
  return gathered;
}

function scatterOf(
  prepared: PreparedRows,
  train: TrainingSide,
  classes: number,
  clips: ArrayLike<number>,
): ScatterSums {
  const { rows, rowClasses } = rowsOfClips(prepared, train, clips);
  return scatterSums(rows, prepared.size, rowClasses, classes);
}

/** The rows of some clips and of their copies, and the class of each. */
export function rowsOfClips(
  { rows, size, clipOf }: PreparedRows,
  train: TrainingSide,
  clips: ArrayLike<number>,
): { rows: Float32Array; rowClasses: number[] } {
  const wanted = new Set(Array.from(clips));
  const places = Array.from(clipOf.keys()).filter((row) => wanted.has(clipOf[row]!));
  return {
    rows: gather(rows, size, places),
    rowClasses: places.map((row) => train.classes[clipOf[row]!]!),
  };
}

function choose(
  train: TrainingSide,
  prepared: PreparedRows,
  classes: number,
  { seed, answerCopies }: LearnerOptions & { readonly answerCopies: number },
) {
  const parts = innerParts(train, seed);
  const sums = parts.map((part) => scatterOf(prepared, train, classes, part));
  const innerTruth = parts.flat().map((place) => train.classes[place]!);
  let best = { shrinkage: 0, uar: -1, copies: [] as Float32Array[] };
  const without = parts.map((_, fold) => addSums(sums.filter((_part, other) => other !== fold)));
  for (const shrinkage of SHRINKAGES) {
    const fitted = without.map((others) => fitDiscriminant(others, shrinkage));
    const copies = innerCopies(prepared, train.length, 1 + answerCopies, parts, fitted);
    const said = argmaxRows(ofCopies(copies), classes);
    const { uar } = scoresOf(confusionMatrix(innerTruth, said, classes));
    if (uar > best.uar) best = { shrinkage, uar, copies };
  }
  const { temperature } = fitTemperature(best.copies[0]!, innerTruth, classes, 'inner');
  return {
    ...{ shrinkage: best.shrinkage, temperature: SOFT * temperature, sums, innerTruth },
    innerCopies: best.copies.map((rows) => applyTemperature(rows, classes, temperature)),
  };
}

/** Of the clips themselves and of each copy, what the inner folds' heads say, softly. */
function innerCopies(
  { rows, size }: PreparedRows,
  clips: number,
  copies: number,
  parts: readonly number[][],
  fitted: readonly Discriminant[],
): Float32Array[] {
  return Array.from({ length: copies }, (_, copy) =>
    joined(
      parts.map((part, fold) => {
        const places = part.map((place) => copy * clips + place);
        return posteriors(fitted[fold]!, gather(rows, size, places), SOFT);
      }),
    ),
  );
}

/**
 * The mean over a clip and its changed copies.
 *
 * @param copies  answers to the clips, then to each copy of them
 */
export function ofCopies(copies: readonly Float32Array[]): Float32Array {
  const total = OWN_WEIGHT + copies.length - 1;
  return copies[0]!.map((own, at) => {
    let sum = OWN_WEIGHT * own;
    for (let copy = 1; copy < copies.length; copy++) sum += copies[copy]![at]!;
    return sum / total;
  });
}

/** Places of each inner fold's validation clips. */
export function innerParts(train: TrainingSide, seed: number): number[][] {
  const units = train.bySpeaker ? train.speakers : train.contentHashes;
  const folds = Math.min(INNER_FOLDS, new Set(units).size);
  if (folds < 2)
    throw new ProsodiaError('CORPUS', 'Expected at least 2 training speakers to choose by but there is 1');
  return train.innerPlaces(folds, seed);
}
