import {
  type Head as CardHead,
  type ModelCard,
  ONNX_SCHEMA,
  type OnnxGraph,
  type OnnxModel,
  type Recognition,
} from '@prosodia/contracts';
import protobuf from 'protobufjs';
import type { ClipSource } from '../clip-source.js';
import type { Head } from './head.js';

/** What a voice needs of the recognizer it belongs to. */
export interface VoiceModel {
  readonly card: ModelCard;
  readonly heads: VoiceHeads;
  /** The rows of a clip and whether anybody speaks in it. */
  listen(source: ClipSource, signal: AbortSignal | undefined): Promise<KnownClip>;
  /** Of each row the embedding, followed by the speaker's embedding where the model has one. */
  embeddings(rows: readonly Float32Array[], signal: AbortSignal | undefined): Promise<Float32Array[]>;
  /** The answer in words, as the recognizer's options want it. */
  answer(probabilities: Float32Array, heard: HeardClip): Recognition;
}

export interface HeardClip {
  /** A row for each of the card's variants. */
  readonly rows: readonly Float32Array[];
  readonly durationSec: number;
  readonly speech: boolean;
}

/** A clip with all that a speaker is known by. */
export interface KnownClip extends HeardClip {
  /** Of each variant the graph's outputs that the card knows speakers by, one after the other; empty where it names none. */
  readonly summaries: readonly Float32Array[];
}

/** The trained last layers of a model's two answers. */
export interface VoiceHeads {
  readonly plain: readonly Head[];
  /** Null for a model that treats all speakers alike. */
  readonly speaker: readonly Head[] | null;
}

const root = protobuf.Root.fromJSON(ONNX_SCHEMA);

/** The weights of the heads a card names, out of a file that `readModelFile` has checked. */
export function readHeads(file: Uint8Array, card: ModelCard): VoiceHeads {
  const model = root.lookupType('Model').decode(file) as unknown as OnnxModel;
  const graph = root.lookupType('Graph').decode(model.graph) as unknown as OnnxGraph;
  const constants = new Map(graph.initializer.map(({ name, rawData }) => [name, rawData]));
  const read = ({ start, size, kernel, bias, temperature, weight, ridge }: CardHead): Head => ({
    start,
    size,
    temperature,
    weight,
    ridge,
    kernel: floatsOf(constants.get(kernel)!),
    bias: floatsOf(constants.get(bias)!),
  });
  return {
    plain: card.heads.map(read),
    speaker: card.speaker ? card.speaker.heads.map(read) : null,
  };
}

/** Little-endian 32-bit floats, as ONNX stores them. */
function floatsOf(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
