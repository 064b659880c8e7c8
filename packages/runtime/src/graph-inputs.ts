import { type ModelCard, ONNX_SPEAKER_WEIGHT } from '@prosodia/contracts';
import type { GraphInput } from './row-layout.js';
import type { WorkerSetup } from './worker-messages.js';

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

/** The outputs that answer a row. */
export function graphOutputs({ labels, outputs, speaker }: ModelCard): WorkerSetup['outputs'] {
  const embedding = { name: outputs.embedding, size: outputs.embeddingSize };
  return {
    probabilities: [{ name: outputs.probabilities, size: labels.length }],
    embeddings: speaker
      ? [embedding, { name: 'speakerEmbedding', size: speaker.embeddingSize }]
      : [embedding],
  };
}

function inputOf(name: string, shape: readonly number[]): GraphInput {
  return { name, shape, size: shape.reduce((product, extent) => product * extent, 1) };
}
