import { ONNX_SCHEMA } from '@prosodia/contracts/onnx';

// By hand and not by protobufjs: loading that and letting it write its decoders costs a program's start 70 ms, and it
// merges and skips what a checker wants refused.

type TypeName = keyof typeof ONNX_SCHEMA.nested;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
}

/** Wire types of the encoding. */
const VARINT = 0;
const FIXED64 = 1;
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

/** What to do with fields that the schema does not name. */
export interface ReadOptions {
  readonly unknown: 'refuse' | 'skip';
}

const text = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a message of ONNX's format, as ONNX Runtime will: fields as `ONNX_SCHEMA` names them, repeated ones as arrays (also
 * empty ones), others absent where the file does not have them. Bytes are views of `bytes`.
 *
 * @param options  unknown fields are refused unless given; skip them only in a file that is known
 * @throws Error for what is cut short, for a field the schema does not know or another type than it says, and for a field
 *   that comes twice: readers differ in which of the two they take
 */
export function readOnnx(
  type: TypeName,
  bytes: Uint8Array,
  options: ReadOptions = { unknown: 'refuse' },
): unknown {
  const reader = new Reader(bytes);
  const fields = fieldsOf.get(type)!;
  const message: Record<string, unknown> = {};
  for (const { name, repeated } of fields.values()) if (repeated) message[name] = [];
  while (!reader.atEnd) {
    const tag = reader.varint();
    const id = Math.floor(tag / 8);
    const field = fields.get(id);
    if (field) readField({ message, reader, owner: type, options }, field, tag % 8);
    else if (options.unknown === 'skip') reader.skip(tag % 8);
    else throw new Error(`field ${id} of ${type} is not expected`);
  }
  return message;
}

/** A message while it is read. */
interface Reading {
  readonly message: Record<string, unknown>;
  readonly reader: Reader;
  readonly owner: string;
  readonly options: ReadOptions;
}

function readField(
  { message, reader, owner, options }: Reading,
  { name, type, repeated }: Field,
  wire: number,
): void {
  if (!repeated) {
    if (Object.hasOwn(message, name)) throw new Error(`${name} of ${owner} comes twice`);
    message[name] = readValue(type, reader, wire, options);
    return;
  }
  const values = message[name] as unknown[];
  // Numbers may come packed, one after the other in one field.
  const packed = wire === BYTES && (type === 'int64' || type === 'float');
  if (!packed) {
    values.push(readValue(type, reader, wire, options));
    return;
  }
  const inner = new Reader(reader.bytes());
  while (!inner.atEnd) values.push(readValue(type, inner, type === 'float' ? FIXED32 : VARINT, options));
}

function readValue(type: string, reader: Reader, wire: number, options: ReadOptions): unknown {
  const wanted = type === 'float' ? FIXED32 : type === 'int32' || type === 'int64' ? VARINT : BYTES;
  if (wire !== wanted) throw new Error(`a field of type ${type} has wire type ${wire}`);
  switch (type) {
    case 'float':
      return reader.float();
    case 'int32':
    case 'int64':
      return reader.integer();
    case 'bytes':
      return reader.bytes();
    case 'string':
      return text.decode(reader.bytes());
    default:
      return readOnnx(type as TypeName, reader.bytes(), options);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Not negative; beyond 2^53, where no length and no field number is, the last digits are lost. */
  varint(): number {
    return Number(this.#digits());
  }

  /** Of 64 bits; negative ones are written as their two's complement. */
  integer(): number {
    return Number(BigInt.asIntN(64, this.#digits()));
  }

  float(): number {
    return this.#view.getFloat32(this.#step(4), true);
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const start = this.#step(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Passes over a value of any type. */
  skip(wire: number): void {
    if (wire === VARINT) this.#digits();
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED32 || wire === FIXED64) this.#step(wire === FIXED32 ? 4 : 8);
    else throw new Error(`a field has wire type ${wire}`);
  }

  #digits(): bigint {
    let value = 0n;
    for (let digit = 0n; digit < 10n; digit++) {
      const byte = this.#view.getUint8(this.#step(1));
      value |= BigInt(byte & 0x7f) << (7n * digit);
      if (byte < 0x80) return value;
    }
    throw new Error('a number is longer than ten bytes');
  }

  #step(length: number): number {
    const start = this.#at;
    if (!(start + length <= this.#bytes.length)) throw new Error('it is cut short');
    this.#at = start + length;
    return start;
  }
}
