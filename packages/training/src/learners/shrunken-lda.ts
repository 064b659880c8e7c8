import { type NetworkInput, ProsodiaError } from '@prosodia/contracts';
import { applyTemperature, fitTemperature } from '../evaluate/calibration.js';
import { argmaxRows, confusionMatrix, scoresOf } from '../evaluate/metrics.js';
import type { FittedLearner, Learner, LearnerOptions, SpeakerKnowledge } from '../protocol/learner.js';
import type { TestSide, TrainingSide } from '../protocol/side.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import {
  addSums,
  type Discriminant,
  fitDiscriminant,
  posteriors,
  type ScatterSums,
  scatterSums,
  withMeans,
} from './discriminant.js';
import {
  type ColumnStatistics,
  columnStatistics,
  normaliseRows,
  shrunkStatistics,
} from './speaker-normalise.js';

/** Shares of the diagonal that are tried inside the training side. */
const SHRINKAGES = [0.05, 0.1, 0.2, 0.4] as const;

const INNER_FOLDS = 4;

/** Clips that weigh as much as the population in a speaker's statistics. */
export const SPEAKER_TAU = 4;

/** Labelled clips that weigh as much as the trained mean of a class. */
const CLASS_TAU = 2;

/** Weight of the clip itself among its copies. */
export const OWN_WEIGHT = 2;

/** Posteriors are taken this soft before the temperature is fitted: sharper ones vanish in 32 bits. */
const SOFT = 8;

export const INPUT = 'rows';

export interface ShrunkenLdaOptions {
  readonly name: string;
  readonly features: NetworkInput;
  readonly copies?: readonly AugmentationRule[] | undefined;
}

/**
 * Shrunken linear discriminant analysis: closed-form, its shrinkage and temperature chosen inside the training side.
 *
 * With `unlabelled` or `labelled` knowledge each speaker's rows are normalised by his or her own statistics, shrunk
 * toward the population where few clips are known; labelled clips also move the class means toward theirs.
 */
export function shrunkenLda({ name, features, copies = [] }: ShrunkenLdaOptions): Learner {
  return {
    name,
    identity: [
      'shrunken-lda',
      2,
      features,
      copies,
      SHRINKAGES,
      INNER_FOLDS,
      SPEAKER_TAU,
      CLASS_TAU,
      OWN_WEIGHT,
      SOFT,
    ],
    inputs: { [INPUT]: features },
    copies,
    tracks: ['nothing', 'unlabelled', 'labelled'],
    fit: async (train, options) => fitLda(train, options),
  };
}

/** Training rows, normalised as the track will, all copies one after the other. */
interface PreparedRows {
  readonly rows: Float32Array;
  readonly size: number;
  /** Place in the side of each row's clip. */
  readonly clipOf: Int32Array;
  /** Of all copies together: what a speaker of whom nothing is known is normalised by. */
  readonly population: ColumnStatistics;
}

function fitLda(train: TrainingSide, options: LearnerOptions): FittedLda {
  const prepared = prepare(train, options.track !== 'nothing');
  const classes = options.labels.length;
  const { shrinkage, temperature, sums } = choose(train, prepared, classes, options);
  // The inner folds are the whole side.
  const all = addSums(sums);
  return new FittedLda(fitDiscriminant(all, shrinkage), temperature, train.clips.copies, prepared.population);
}

function prepare(train: TrainingSide, bySpeaker: boolean): PreparedRows {
  const copies = Array.from({ length: 1 + train.clips.copies }, (_, copy) => train.rows(INPUT, copy));
  const size = copies[0]!.rowShape.reduce((product, extent) => product * extent, 1);
  const population = columnStatistics(joined(copies.map(({ inputs }) => inputs)), size);
  const rows = joined(
    copies.map(({ inputs }) =>
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

function gather(rows: Float32Array, size: number, places: ArrayLike<number>): Float32Array {
  const gathered = new Float32Array(places.length * size);
  for (let index = 0; index < places.length; index++)
    gathered.set(rows.subarray(places[index]! * size, (places[index]! + 1) * size), index * size);
  return gathered;
}

function scatterOf(
  { rows, size, clipOf }: PreparedRows,
  train: TrainingSide,
  classes: number,
  clips: ArrayLike<number>,
): ScatterSums {
  const wanted = new Set(Array.from(clips));
  const places = Array.from(clipOf.keys()).filter((row) => wanted.has(clipOf[row]!));
  const rowClasses = places.map((row) => train.classes[clipOf[row]!]!);
  return scatterSums(gather(rows, size, places), size, rowClasses, classes);
}

/** Shrinkage by the mean recall on inner folds, temperature by the likelihood there. */
function choose(train: TrainingSide, prepared: PreparedRows, classes: number, { seed }: LearnerOptions) {
  const parts = innerParts(train, seed);
  const sums = parts.map((part) => scatterOf(prepared, train, classes, part));
  let best = { shrinkage: 0, uar: -1, rows: new Float32Array(0) };
  const truth = parts.flat().map((place) => train.classes[place]!);
  for (const shrinkage of SHRINKAGES) {
    const rows = new Float32Array(truth.length * classes);
    let filled = 0;
    for (const [fold, part] of parts.entries()) {
      const fitted = fitDiscriminant(addSums(sums.filter((_, other) => other !== fold)), shrinkage);
      // The clips themselves: copy 0 comes first.
      const own = posteriors(fitted, gather(prepared.rows, prepared.size, part), SOFT);
      rows.set(own, filled);
      filled += own.length;
    }
    const { uar } = scoresOf(confusionMatrix(truth, argmaxRows(rows, classes), classes));
    if (uar > best.uar) best = { shrinkage, uar, rows };
  }
  const { temperature } = fitTemperature(best.rows, truth, classes, 'inner');
  return { shrinkage: best.shrinkage, temperature: SOFT * temperature, sums };
}

/** Places of each inner fold's validation clips. */
function innerParts(train: TrainingSide, seed: number): number[][] {
  const units = train.bySpeaker ? train.speakers : train.contentHashes;
  const folds = Math.min(INNER_FOLDS, new Set(units).size);
  if (folds < 2)
    throw new ProsodiaError('CORPUS', 'Expected at least 2 training speakers to choose by but there is 1');
  return train.innerPlaces(folds, seed);
}

export class FittedLda implements FittedLearner {
  constructor(
    readonly trained: Discriminant,
    readonly temperature: number,
    private readonly copies: number,
    readonly population: ColumnStatistics,
  ) {}

  async predict(test: TestSide, knowledge: SpeakerKnowledge): Promise<Float32Array> {
    const { classes } = this.trained;
    const sum = new Float32Array(test.length * classes);
    const copies = Math.min(test.copies, this.copies);
    const total = OWN_WEIGHT + copies;
    for (let copy = 0; copy <= copies; copy++) {
      const weight = (copy === 0 ? OWN_WEIGHT : 1) / total;
      const rows = this.predictCopy(test, knowledge, copy);
      for (const [at, value] of rows.entries()) sum[at]! += weight * value;
    }
    return applyTemperature(sum, classes, 1);
  }

  private predictCopy(test: TestSide, knowledge: SpeakerKnowledge, copy: number): Float32Array {
    const { size } = this.trained;
    const { population } = this;
    if (knowledge.track === 'nothing')
      return posteriors(
        this.trained,
        normaliseRows(test.rows(INPUT, copy).inputs, size, population),
        this.temperature,
      );
    const known = knowledge.clips.rows(INPUT, copy).inputs;
    const statistics = shrunkStatistics(known, size, population, SPEAKER_TAU);
    const model =
      knowledge.track === 'labelled'
        ? this.movedTo(normaliseRows(known, size, statistics), knowledge.classes)
        : this.trained;
    return posteriors(
      model,
      normaliseRows(test.rows(INPUT, copy).inputs, size, statistics),
      this.temperature,
    );
  }

  /** Class means between the trained ones and the labelled clips'. */
  private movedTo(rows: Float32Array, rowClasses: Int32Array): Discriminant {
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
