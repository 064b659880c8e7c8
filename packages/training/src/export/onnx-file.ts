import { createHash } from 'node:crypto';
import {
  MODEL_CARD_HASH_KEY,
  MODEL_CARD_KEY,
  type ModelCard,
  ONNX_IR_VERSION,
  ONNX_OPSET,
  ONNX_SCHEMA,
  type OnnxGraph,
  type OnnxModel,
} from '@prosodia/contracts';
import protobuf from 'protobufjs';

const root = protobuf.Root.fromJSON(ONNX_SCHEMA);
const graphType = root.lookupType('Graph');
const modelType = root.lookupType('Model');

/** A graph as protobuf bytes. */
export function encodeGraph(graph: OnnxGraph): Uint8Array {
  return graphType.encode(graph).finish();
}

/** The graph in a model file. */
export function decodeGraph(file: Uint8Array): OnnxGraph {
  const plain = { longs: Number, arrays: true };
  const { graph } = modelType.toObject(modelType.decode(file), plain) as unknown as OnnxModel;
  return graphType.toObject(graphType.decode(graph), plain) as unknown as OnnxGraph;
}

/** SHA-256, hexadecimal. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A whole model file: the graph as it was serialised, the card and the card's own hash beside it. */
export function encodeModel(graph: Uint8Array, card: ModelCard): Uint8Array {
  const cardText = JSON.stringify(card);
  const model: OnnxModel = {
    irVersion: ONNX_IR_VERSION,
    producerName: 'prosodia',
    producerVersion: card.software.prosodia ?? '',
    graph,
    opsetImport: [{ domain: '', version: ONNX_OPSET }],
    metadata: [
      { key: MODEL_CARD_KEY, value: cardText },
      { key: MODEL_CARD_HASH_KEY, value: sha256(cardText) },
    ],
  };
  return modelType.encode(model).finish();
}
