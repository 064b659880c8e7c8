import { ONNX_SCHEMA } from '@prosodia/contracts/onnx';

// The counterpart of onnx-reader: a thread that writes one small graph would load protobufjs for nothing else.

type TypeName = keyof typeof ONNX_SCHEMA.nested;

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const text = new TextEncoder();

/** A message of ONNX's format as bytes: fields as `ONNX_SCHEMA` names them, repeated ones as arrays; others are left out. */
export function writeOnnx(type: TypeName, message: object): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, { type: fieldType, id }] of fieldsOf(type)) {
    const value = (message as Record<string, unknown>)[name];
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parts.push(...written(fieldType, id, one));
  }
  return joined(parts);
}

function fieldsOf(type: TypeName): [string, { readonly type: string; readonly id: number }][] {
  return Object.entries(ONNX_SCHEMA.nested[type].fields);
}

function written(type: string, id: number, value: unknown): Uint8Array[] {
  const tag = (wire: number) => varint(BigInt(8 * id + wire));
  switch (type) {
    case 'float': {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value as number, true);
      return [tag(FIXED32), bytes];
    }
    case 'int32':
    case 'int64':
      // Negative numbers as their two's complement in 64 bits.
      return [tag(VARINT), varint(BigInt.asUintN(64, BigInt(value as number)))];
    default: {
      const bytes = bytesOf(type, value);
      return [tag(BYTES), varint(BigInt(bytes.length)), bytes];
    }
  }
}

function bytesOf(type: string, value: unknown): Uint8Array {
  if (type === 'string') return text.encode(value as string);
  return type === 'bytes' ? (value as Uint8Array) : writeOnnx(type as TypeName, value as object);
}

function varint(value: bigint): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    digits.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...digits, Number(rest));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
