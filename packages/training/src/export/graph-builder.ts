import {
  ONNX_ATTRIBUTE,
  ONNX_FLOAT,
  ONNX_INT64,
  ONNX_OPERATORS,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  ProsodiaError,
} from '@prosodia/contracts';

/** A node's attribute: a whole number becomes INT, other numbers FLOAT; `float()` forces FLOAT. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | FloatAttribute;

/** A list of floats or one float, whatever its value: `float(1)` would otherwise be the integer 1. */
export class FloatAttribute {
  constructor(readonly value: number | readonly number[]) {}
}

export function float(value: number | readonly number[]): FloatAttribute {
  return new FloatAttribute(value);
}

/** Collects the nodes and constants of one graph. Values are known by name, as in ONNX. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #names = new Set<string>();

  /**
   * Adds a node with one output.
   *
   * @param name  unique; also names the output value
   * @returns the name of the output value
   */
  node(
    opType: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.nodeWithOutputs(opType, name, inputs, [name], attributes)[0]!;
  }

  /** Adds a node whose outputs are named one by one; an empty name leaves that output out. */
  nodeWithOutputs(
    opType: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): readonly string[] {
    if (!ONNX_OPERATORS.has(opType))
      throw new ProsodiaError('MODEL', `Expected an operator the runtime knows but received ${opType}`);
    for (const output of outputs) if (output !== '') this.#claim(output);
    this.#nodes.push({
      name,
      opType,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return outputs;
  }

  /** Adds a constant of 32-bit floats, row-major. */
  floats(name: string, data: Float32Array, dims: readonly number[]): string {
    return this.#constant(name, ONNX_FLOAT, littleEndian(data, 4), data.length, dims);
  }

  /** Adds a constant list of 64-bit integers, as axes and shapes are. */
  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(name, ONNX_INT64, littleEndian(data, 8), values.length, [values.length]);
  }

  /** Gives a node's output another name, in every place that reads it. */
  rename(from: string, to: string): string {
    this.#claim(to);
    const swap = (names: readonly string[]) => names.map((name) => (name === from ? to : name));
    for (const node of this.#nodes) {
      node.input = swap(node.input);
      node.output = swap(node.output);
    }
    return to;
  }

  /** The finished graph. */
  build(name: string, input: OnnxValue[], output: OnnxValue[]): OnnxGraph {
    return { name, node: this.#nodes, initializer: [...this.#constants.values()], input, output };
  }

  #constant(name: string, dataType: number, rawData: Uint8Array, length: number, dims: readonly number[]) {
    if (dims.reduce((product, dim) => product * dim, 1) !== length)
      throw new ProsodiaError(
        'MODEL',
        `Expected [${dims.join(', ')}] values for ${name} but received ${length}`,
      );
    this.#claim(name);
    this.#constants.set(name, { name, dims: [...dims], dataType, rawData });
    return name;
  }

  #claim(name: string): void {
    if (this.#names.has(name))
      throw new ProsodiaError('MODEL', `Expected a new name for a value of the graph but received ${name}`);
    this.#names.add(name);
  }
}

/** A float tensor of the graph's surface; a string is a dimension that is free. */
export function floatValue(name: string, shape: readonly (number | string)[]): OnnxValue {
  const dim = shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: ONNX_FLOAT, shape: { dim } } } };
}

function attribute(name: string, value: AttributeValue): OnnxAttribute {
  if (value instanceof FloatAttribute)
    return typeof value.value === 'number'
      ? { name, type: ONNX_ATTRIBUTE.FLOAT, f: value.value }
      : { name, type: ONNX_ATTRIBUTE.FLOATS, floats: [...value.value] };
  if (typeof value === 'string') return { name, type: ONNX_ATTRIBUTE.STRING, s: utf8(value) };
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? { name, type: ONNX_ATTRIBUTE.INT, i: value }
      : { name, type: ONNX_ATTRIBUTE.FLOAT, f: value };
  const strings = value.filter((v): v is string => typeof v === 'string');
  if (strings.length > 0) return { name, type: ONNX_ATTRIBUTE.STRINGS, strings: strings.map(utf8) };
  return { name, type: ONNX_ATTRIBUTE.INTS, ints: value.map(Number) };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** ONNX stores raw data little-endian whatever the machine. */
function littleEndian(data: Float32Array | BigInt64Array, width: 4 | 8): Uint8Array {
  const bytes = Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  return width === 4 ? bytes.swap32() : bytes.swap64();
}
