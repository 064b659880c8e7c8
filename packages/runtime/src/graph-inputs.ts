import { type ModelCard, ONNX_SPEAKER_WEIGHT } from '@prosodia/contracts';

/** An input of the graph, without the batch. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Values of one row. */
  readonly size: number;
}

/**
 * Every input of a model's graph in its order: the card's, then for a model with a speaker branch the mean and the
 * deviation that belong to each of them, then the weight of both.
 */
export function graphInputs(card: ModelCard): GraphInput[] {
  const rows = card.inputs.map(({ name, input }) => inputOf(name, input.shape));
  if (!card.speaker) return rows;
  const statistics = rows.flatMap(({ name, shape }) =>
    ['mean', 'deviation'].map((statistic) => inputOf(`${name}.${statistic}`, shape.slice(-1))),
  );
  return [...rows, ...statistics, inputOf(ONNX_SPEAKER_WEIGHT, [1])];
}

/** Values of one row of all inputs, one after the other. */
export function rowSizeOf(inputs: readonly GraphInput[]): number {
  return inputs.reduce((sum, { size }) => sum + size, 0);
}

function inputOf(name: string, shape: readonly number[]): GraphInput {
  return { name, shape, size: shape.reduce((product, extent) => product * extent, 1) };
}
