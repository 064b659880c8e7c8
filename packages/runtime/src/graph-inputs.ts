import type { ModelCard, NetworkInput } from '@prosodia/contracts';
import { ONNX_SPEAKER_WEIGHT } from '@prosodia/contracts/onnx';
import type { GraphInput } from './row-layout.js';
import type { WorkerSetup } from './worker-messages.js';

/** What a model knows a speaker by: vectors whose mean and deviation over the speaker's clips it takes. */
export interface SpeakerStatistic {
  /** `output`: the graph itself makes it of a clip. */
  readonly of: 'input' | 'output';
  readonly name: string;
  /** Coefficients of a vector. */
  readonly size: number;
}

/** As the card says; every input by its last dimension unless it does. */
export function speakerStatistics({ speaker, inputs }: ModelCard): readonly SpeakerStatistic[] {
  if (!speaker) return [];
  return (
    speaker.statistics ??
    inputs.map(({ name, input }) => ({ of: 'input' as const, name, size: input.shape.at(-1)! }))
  );
}

/** Outputs of the graph that a speaker is known by. */
export function clipSummaries(card: ModelCard): SpeakerStatistic[] {
  return speakerStatistics(card).filter((statistic) => statistic.of === 'output');
}

/**
 * Every input of a model's graph in its order: the card's, then for a model with a speaker branch the mean and the
 * deviation of each of its statistics, then the weight of both.
 */
export function graphInputs(card: ModelCard): GraphInput[] {
  const rows = card.inputs.map(({ name, input }) => inputOf(name, input.shape));
  if (!card.speaker) return rows;
  const statistics = speakerStatistics(card).flatMap(({ name, size }) =>
    ['mean', 'deviation'].map((statistic) => inputOf(`${name}.${statistic}`, [size])),
  );
  return [...rows, ...statistics, inputOf(ONNX_SPEAKER_WEIGHT, [1])];
}

/** The input of a model whose rows can be made straight from files: it has no other, and takes clips as they are. */
export function onlyInputOf({ inputs, speaker, variants }: ModelCard): NetworkInput | undefined {
  const [only] = inputs;
  if (inputs.length !== 1 || speaker || variants.length > 1 || variants[0]!.augmentations.length > 0)
    return undefined;
  return only!.input;
}

/** The outputs that answer a row. */
export function graphOutputs(card: ModelCard): WorkerSetup['outputs'] {
  const { labels, outputs, speaker } = card;
  const embedding = { name: outputs.embedding, size: outputs.embeddingSize };
  return {
    probabilities: [{ name: outputs.probabilities, size: labels.length }],
    embeddings: speaker
      ? [embedding, { name: 'speakerEmbedding', size: speaker.embeddingSize }]
      : [embedding],
    summaries: clipSummaries(card),
  };
}

function inputOf(name: string, shape: readonly number[]): GraphInput {
  return { name, shape, size: shape.reduce((product, extent) => product * extent, 1) };
}
