import { ProsodiaError, type RowRef } from '@prosodia/contracts';
import { Random } from '../random.js';
import { speakerFolds } from '../split/speaker-folds.js';
import type { FeatureBank, SideRows } from './feature-bank.js';

/** One clip of a side: the row it is judged by, then rows of its changed copies. */
export type Clip = readonly RowRef[];

/**
 * Clips without their labels, as a fitted learner sees them: no class, path or hash can be reached from here, and
 * the order of the clips says nothing.
 */
export class TestSide {
  readonly #bank: FeatureBank;
  readonly #clips: readonly Clip[];

  constructor(bank: FeatureBank, clips: readonly Clip[]) {
    this.#bank = bank;
    this.#clips = clips;
  }

  get length(): number {
    return this.#clips.length;
  }

  /** Copies of each clip beside the clip itself. */
  get copies(): number {
    return this.#clips.length === 0 ? 0 : Math.min(...this.#clips.map((clip) => clip.length - 1));
  }

  /**
   * The rows of the clips, in their order.
   *
   * @param input  a name of the learner's `inputs`
   * @param copy   0 for the clips as they are, else which of the learner's `copies`
   * @throws ProsodiaError INVALID_ARGUMENT for an input or a copy there is not
   */
  rows(input: string, copy = 0): SideRows {
    const refs = this.#clips.map((clip) => {
      const ref = clip[copy];
      if (ref) return ref;
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected a copy from 0 to ${clip.length - 1} but received ${copy}`,
      );
    });
    return this.#bank.gather(input, refs);
  }

  /** Some of the clips. */
  pick(places: readonly number[]): TestSide {
    return new TestSide(
      this.#bank,
      places.map((place) => this.#clips[place]!),
    );
  }
}

/** What is known of a training clip beside its features. */
export interface TrainingLabel {
  /** Index of its label. */
  readonly class: number;
  readonly speaker: string;
  readonly sex: 'female' | 'male' | null;
  /** SHA-256 of its file. */
  readonly contentHash: string;
}

/** A fold inside the training side: what is chosen is chosen here. */
export interface InnerFold {
  readonly train: TrainingSide;
  readonly validation: TrainingSide;
}

/** Clips with labels, speakers and hashes: all a learner is ever fitted on. */
export class TrainingSide {
  readonly clips: TestSide;
  readonly classes: Int32Array;
  readonly speakers: readonly string[];
  readonly sexes: readonly TrainingLabel['sex'][];
  readonly contentHashes: readonly string[];
  /** Whether inner folds keep speakers apart, as the protocol does. */
  readonly bySpeaker: boolean;
  readonly #labels: readonly TrainingLabel[];

  constructor(clips: TestSide, labels: readonly TrainingLabel[], bySpeaker: boolean) {
    this.clips = clips;
    this.#labels = labels;
    this.classes = Int32Array.from(labels, (label) => label.class);
    this.speakers = labels.map((label) => label.speaker);
    this.sexes = labels.map((label) => label.sex);
    this.contentHashes = labels.map((label) => label.contentHash);
    this.bySpeaker = bySpeaker;
  }

  get length(): number {
    return this.clips.length;
  }

  rows(input: string, copy = 0): SideRows {
    return this.clips.rows(input, copy);
  }

  pick(places: readonly number[]): TrainingSide {
    return new TrainingSide(
      this.clips.pick(places),
      places.map((place) => this.#labels[place]!),
      this.bySpeaker,
    );
  }

  /**
   * Divides the side as the protocol divides the corpus: by speaker, or by recording where that is what it tests.
   *
   * @throws ProsodiaError CORPUS when there are fewer speakers or recordings than folds
   */
  innerFolds(folds: number, seed: number): InnerFold[] {
    return this.innerPlaces(folds, seed).map((own) => {
      const validation = new Set(own);
      const places = this.#labels.map((_, place) => place);
      return {
        train: this.pick(places.filter((place) => !validation.has(place))),
        validation: this.pick(own),
      };
    });
  }

  /** Places of the validation clips of each fold of {@link innerFolds}. */
  innerPlaces(folds: number, seed: number): number[][] {
    const parts = this.bySpeaker
      ? speakerFolds(this.#labels, folds, seed)
      : dealt([...new Set(this.contentHashes)].sort(), folds, seed);
    const keys = this.bySpeaker ? this.speakers : this.contentHashes;
    return parts.map((part) => {
      const own = new Set(part);
      return keys.flatMap((key, place) => (own.has(key) ? [place] : []));
    });
  }
}

function dealt(keys: string[], folds: number, seed: number): string[][] {
  if (keys.length < folds)
    throw new ProsodiaError('CORPUS', `Expected at least ${folds} recordings but there are ${keys.length}`);
  const order = new Random(seed, 'inner-folds').shuffle(keys);
  return Array.from({ length: folds }, (_, fold) => order.filter((_key, index) => index % folds === fold));
}
