import { type ModelCard, ONNX_SPEAKER_WEIGHT, ProsodiaError } from '@prosodia/contracts';
import { graphInputs } from '../graph-inputs.js';
import { RunningStatistics, type StatisticsState } from './running-statistics.js';

/**
 * How a person's clips lie: mean and deviation of every coefficient of every input, for each of the card's variants
 * its own, since a changed clip is normalised by clips changed the same way.
 *
 * What a person said is not kept, only sums.
 */
export class SpeakerStatistics {
  readonly #card: ModelCard;
  /** Variants × inputs. */
  #running: RunningStatistics[][];
  #clips = 0;

  constructor(card: ModelCard) {
    this.#card = card;
    this.#running = emptyFor(card);
  }

  /** Clips taken in. */
  get clips(): number {
    return this.#clips;
  }

  /** Takes in a clip: a row for each variant, as `clipRows` makes them. */
  add(rows: readonly Float32Array[]): void {
    this.#clips++;
    for (const [variant, row] of rows.entries()) {
      let start = 0;
      for (const [index, { input }] of this.#card.inputs.entries()) {
        const size = sizeOf(input.shape);
        const running = this.#running[variant]?.[index];
        running?.add(withoutPadding(row.subarray(start, start + size), running.size));
        start += size;
      }
    }
  }

  /** The rows of one clip with this person's statistics in the places the graph takes them from. */
  fill(rows: readonly Float32Array[]): Float32Array[] {
    const { speaker, inputs } = this.#card;
    if (!speaker) return [...rows];
    const weight = this.clips / (this.clips + speaker.tau);
    return rows.map((row, variant) => {
      const filled = Float32Array.from(row);
      let start = 0;
      for (const { name, size } of graphInputs(this.#card)) {
        const [input, statistic] = splitName(name);
        const index = inputs.findIndex((candidate) => candidate.name === input);
        const running = this.#running[variant]?.[index];
        if (name === ONNX_SPEAKER_WEIGHT) filled[start] = Number.isFinite(weight) ? weight : 0;
        else if (this.clips > 0 && running && statistic === 'mean') filled.set(running.mean, start);
        else if (this.clips > 0 && running && statistic === 'deviation') filled.set(running.deviation, start);
        start += size;
      }
      return filled;
    });
  }

  forget(): void {
    this.#clips = 0;
    this.#running = emptyFor(this.#card);
  }

  state(): StatisticsState[][] {
    return this.#running.map((inputs) => inputs.map((running) => running.state()));
  }

  /** @throws ProsodiaError MODEL when the state is not of this card's shape */
  restore(clips: number, state: readonly (readonly StatisticsState[])[]): void {
    const expected = emptyFor(this.#card);
    const shape = (numbers: readonly (readonly number[])[]) => JSON.stringify(numbers);
    const found = shape(
      state.map((inputs) =>
        inputs.map(({ mean, squares }) => (mean.length === squares.length ? mean.length : -1)),
      ),
    );
    if (found !== shape(expected.map((inputs) => inputs.map(({ size }) => size))))
      throw new ProsodiaError('MODEL', 'Cannot use the profile: its statistics are not those of this model');
    this.#clips = clips;
    this.#running = state.map((inputs) => inputs.map((input) => RunningStatistics.from(input)));
  }
}

function emptyFor({ speaker, inputs, variants }: ModelCard): RunningStatistics[][] {
  if (!speaker) return [];
  return variants.map(() => inputs.map(({ input }) => new RunningStatistics(input.shape.at(-1)!)));
}

/** Frames of a sequence that are zero throughout are padding, not speech. */
function withoutPadding(values: Float32Array, size: number): Float32Array {
  if (values.length === size) return values;
  const kept: number[] = [];
  for (let start = 0; start < values.length; start += size) {
    const frame = values.subarray(start, start + size);
    if (frame.some((value) => value !== 0)) kept.push(...frame);
  }
  return Float32Array.from(kept);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** `clip.mean` is the mean of the input `clip`. */
function splitName(name: string): [input: string, statistic: string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
}
