import type { Head } from '@prosodia/runtime';
import {
  type ColumnStatistics,
  columnStatistics,
  type Discriminant,
  fitDiscriminant,
  normaliseRows,
  scatterSums,
  shrunkStatistics,
} from '@prosodia/training';

/** A corpus as personalisation is judged on it. */
export interface PersonalCorpus {
  /** clips × size. */
  readonly rows: Float32Array;
  readonly size: number;
  readonly classes: number;
  /** Class of each clip. */
  readonly truth: Int32Array;
  readonly speakers: readonly string[];
  /** What is said in each clip. */
  readonly texts: readonly string[];
}

/** Shares of the diagonal: without and with statistics of the speaker. */
const SHRINKAGE = { plain: 0.1, speaker: 0.2 };
/** Clips that weigh as much as the population in a speaker's statistics. */
const TAU = 4;
const TEMPERATURE = 3;
const RIDGE = 1;

/** Trained without one speaker: shrunken discriminants of clips as they are, and of clips normalised by speaker. */
export class PersonalBase {
  readonly #corpus: PersonalCorpus;
  readonly #population: ColumnStatistics;
  /** The head of a speaker of whom nothing is known. */
  readonly plain: Head;
  /** The head of a speaker whose statistics are known. */
  readonly speaker: Head;

  constructor(corpus: PersonalCorpus, training: readonly number[]) {
    const { size, classes } = corpus;
    this.#corpus = corpus;
    const rows = this.#gather(training);
    this.#population = columnStatistics(rows, size);
    const truth = training.map((clip) => corpus.truth[clip]!);
    const plain = normaliseRows(rows, size, this.#population);
    this.plain = headOf(fitDiscriminant(scatterSums(plain, size, truth, classes), SHRINKAGE.plain));
    const own = new Float32Array(rows.length);
    for (const speaker of new Set(corpus.speakers)) {
      const places = training.flatMap((clip, place) => (corpus.speakers[clip] === speaker ? [place] : []));
      if (places.length === 0) continue;
      const clips = places.map((place) => training[place]!);
      const normalised = this.#normalised(clips, clips);
      for (const [index, place] of places.entries())
        own.set(normalised.subarray(index * size, (index + 1) * size), place * size);
    }
    this.speaker = headOf(fitDiscriminant(scatterSums(own, size, truth, classes), SHRINKAGE.speaker));
  }

  /** What the heads take of some clips of one speaker, of whom `known` clips have been heard. */
  embeddings(clips: readonly number[], known: readonly number[]): Float32Array[] {
    const { size } = this.#corpus;
    const rows = this.#normalised(clips, known);
    return clips.map((_, index) => rows.subarray(index * size, (index + 1) * size));
  }

  #normalised(clips: readonly number[], known: readonly number[]): Float32Array {
    const { size } = this.#corpus;
    const statistics = shrunkStatistics(this.#gather(known), size, this.#population, TAU);
    return normaliseRows(this.#gather(clips), size, statistics);
  }

  #gather(clips: readonly number[]): Float32Array {
    const { rows, size } = this.#corpus;
    const gathered = new Float32Array(clips.length * size);
    for (const [index, clip] of clips.entries())
      gathered.set(rows.subarray(clip * size, (clip + 1) * size), index * size);
    return gathered;
  }
}

function headOf({ size, classes, kernel, bias }: Discriminant): Head {
  const turned = new Float64Array(size * classes);
  for (let c = 0; c < classes; c++)
    for (let i = 0; i < size; i++) turned[i * classes + c] = kernel[c * size + i]!;
  return { start: 0, size, kernel: turned, bias, temperature: TEMPERATURE, weight: 1, ridge: RIDGE };
}
