import { ONNX_SCHEMA } from '@prosodia/contracts/onnx';
import protobuf from 'protobufjs/minimal.js';

// The encoding is protobufjs's to read; the fields are walked here, since its own decoders merge and skip what a checker
// wants refused.
const { Reader } = protobuf;
type Reader = protobuf.Reader;

type TypeName = keyof typeof ONNX_SCHEMA.nested;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
}

/** Wire types of the encoding. */
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const fieldsOf = new Map(
  Object.entries(ONNX_SCHEMA.nested).map(([type, { fields }]) => [
    type,
    new Map(
      Object.entries(fields as Record<string, { type: string; id: number; rule?: string }>).map(
        ([name, { type: fieldType, id, rule }]): [number, Field] => [
          id,
          { name, type: fieldType, repeated: rule === 'repeated' },
        ],
      ),
    ),
  ]),
);

const text = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a message of ONNX's format, as ONNX Runtime will: fields as `ONNX_SCHEMA` names them, repeated ones as arrays (also
 * empty ones), others absent where the file does not have them. Bytes are views of `bytes`.
 *
 * @throws Error for what is cut short, for a field the schema does not know or another type than it says, and for a field
 *   that comes twice: readers differ in which of the two they take
 */
export function readOnnx(type: TypeName, bytes: Uint8Array): unknown {
  const reader = Reader.create(bytes);
  const fields = fieldsOf.get(type)!;
  const message: Record<string, unknown> = {};
  for (const { name, repeated } of fields.values()) if (repeated) message[name] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const id = tag >>> 3;
    const field = fields.get(id);
    if (!field) throw new Error(`field ${id} of ${type} is not expected`);
    readField(message, field, reader, tag & 7, type);
  }
  return message;
}

function readField(
  message: Record<string, unknown>,
  { name, type, repeated }: Field,
  reader: Reader,
  wire: number,
  owner: string,
): void {
  if (!repeated) {
    if (Object.hasOwn(message, name)) throw new Error(`${name} of ${owner} comes twice`);
    message[name] = readValue(type, reader, wire);
    return;
  }
  const values = message[name] as unknown[];
  // Numbers may come packed, one after the other in one field.
  const packed = wire === BYTES && (type === 'int64' || type === 'float');
  if (!packed) {
    values.push(readValue(type, reader, wire));
    return;
  }
  const inner = Reader.create(reader.bytes());
  while (inner.pos < inner.len) values.push(readValue(type, inner, type === 'float' ? FIXED32 : VARINT));
}

function readValue(type: string, reader: Reader, wire: number): unknown {
  const wanted = type === 'float' ? FIXED32 : type === 'int32' || type === 'int64' ? VARINT : BYTES;
  if (wire !== wanted) throw new Error(`a field of type ${type} has wire type ${wire}`);
  switch (type) {
    case 'float':
      return reader.float();
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'bytes':
      return reader.bytes();
    case 'string':
      return text.decode(reader.bytes());
    default:
      return readOnnx(type as TypeName, reader.bytes());
  }
}
