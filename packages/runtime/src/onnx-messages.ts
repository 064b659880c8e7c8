import { ONNX_SCHEMA } from '@prosodia/contracts/onnx';
import protobuf from 'protobufjs/light.js';

// For files that are known; strangers' are read by onnx-reader, which refuses what protobufjs passes over.

type TypeName = keyof typeof ONNX_SCHEMA.nested;

const root = protobuf.Root.fromJSON(ONNX_SCHEMA);

/** A message of ONNX's format: fields as `ONNX_SCHEMA` names them; what it does not name is left out. */
export function decodeOnnx(type: TypeName, bytes: Uint8Array): unknown {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, arrays: true });
}

/** A message of ONNX's format as bytes: what `decodeOnnx` gives, or a part of it. */
export function encodeOnnx(type: TypeName, message: object): Uint8Array {
  return root.lookupType(type).encode(message).finish();
}
