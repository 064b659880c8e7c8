import type { ModelCard } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { ONNX_SPEAKER_WEIGHT } from '@prosodia/contracts/onnx';
import { clipSummaries, graphInputs, speakerStatistics } from '../graph-inputs.js';
import { RunningStatistics, type StatisticsState } from './running-statistics.js';

/**
 * How a person's clips lie: mean and deviation of every coefficient of what the card knows speakers by, for each of the
 * card's variants its own, since a changed clip is normalised by clips changed the same way.
 *
 * What a person said is not kept, only sums.
 */
export class SpeakerStatistics {
  readonly #card: ModelCard;
  /** Variants × statistics. */
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

  /**
   * Takes in a clip.
   *
   * @param rows       a row for each variant, as `clipRows` makes them
   * @param summaries  for each variant the graph's outputs that speakers are known by, one after the other
   */
  add(rows: readonly Float32Array[], summaries: readonly Float32Array[]): void {
    this.#clips++;
    const statistics = speakerStatistics(this.#card);
    for (const [variant, row] of rows.entries()) {
      const values = this.#vectorsOf(row, summaries[variant]);
      for (const [index, { name }] of statistics.entries()) {
        const running = this.#running[variant]?.[index];
        running?.add(withoutPadding(values.get(name)!, running.size));
      }
    }
  }

  /** Inputs and summaries of one variant by name. */
  #vectorsOf(row: Float32Array, summary: Float32Array | undefined): Map<string, Float32Array> {
    const values = new Map<string, Float32Array>();
    let start = 0;
    for (const { name, input } of this.#card.inputs) {
      const end = start + sizeOf(input.shape);
      values.set(name, row.subarray(start, end));
      start = end;
    }
    start = 0;
    for (const { name, size } of clipSummaries(this.#card)) {
      values.set(name, summary!.subarray(start, start + size));
      start += size;
    }
    return values;
  }

  /** The rows of one clip with this person's statistics in the places the graph takes them from. */
  fill(rows: readonly Float32Array[]): Float32Array[] {
    const { speaker } = this.#card;
    const statistics = speakerStatistics(this.#card);
    if (!speaker) return [...rows];
    const weight = this.clips / (this.clips + speaker.tau);
    return rows.map((row, variant) => {
      const filled = Float32Array.from(row);
      let start = 0;
      for (const { name, size } of graphInputs(this.#card)) {
        const [vector, statistic] = splitName(name);
        const index = statistics.findIndex((candidate) => candidate.name === vector);
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

function emptyFor(card: ModelCard): RunningStatistics[][] {
  if (!card.speaker) return [];
  return card.variants.map(() => speakerStatistics(card).map(({ size }) => new RunningStatistics(size)));
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
