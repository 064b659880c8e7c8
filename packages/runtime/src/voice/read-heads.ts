import type { Head as CardHead, ModelCard } from '@prosodia/contracts';
import type { OnnxGraph, OnnxModel } from '@prosodia/contracts/onnx';
import { readOnnx } from '../onnx-reader.js';
import type { Head } from './head.js';
import type { VoiceHeads } from './voice-model.js';

/** The weights of the heads a card names, out of a file that `readModelFile` has checked. */
export function readHeads(file: Uint8Array, card: ModelCard): VoiceHeads {
  const { graph: bytes } = readOnnx('Model', file) as OnnxModel;
  const graph = readOnnx('Graph', bytes) as OnnxGraph;
  const constants = new Map(graph.initializer.map(({ name, rawData }) => [name, rawData]));
  const read = ({ start, size, kernel, bias, temperature, weight, ridge, directions }: CardHead): Head => ({
    start,
    size,
    temperature,
    weight,
    ridge,
    kernel: floatsOf(constants.get(kernel)!),
    bias: floatsOf(constants.get(bias)!),
    directions: directions && {
      columns: floatsOf(constants.get(directions.constant)!),
      count: directions.count,
      ridge: directions.ridge,
    },
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
