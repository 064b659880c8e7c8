/**
 * The part of ONNX's file format that Prosodia writes and reads, as data.
 *
 * Field numbers are those of onnx.proto3 (IR version 8); field names are ours, since names are not on the
 * wire. Graphs are kept as bytes in the file's outer message, because the card holds their SHA-256.
 */
export const ONNX_SCHEMA = {
  nested: {
    Model: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        domain: { type: 'string', id: 4 },
        modelVersion: { type: 'int64', id: 5 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'bytes', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSet', id: 8 },
        metadata: { rule: 'repeated', type: 'Entry', id: 14 },
      },
    },
    OperatorSet: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    Entry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    Graph: {
      fields: {
        node: { rule: 'repeated', type: 'Node', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'Tensor', id: 5 },
        docString: { type: 'string', id: 10 },
        input: { rule: 'repeated', type: 'Value', id: 11 },
        output: { rule: 'repeated', type: 'Value', id: 12 },
        sparseInitializer: { rule: 'repeated', type: 'bytes', id: 15 },
      },
    },
    Node: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'Attribute', id: 5 },
        domain: { type: 'string', id: 7 },
      },
    },
    Attribute: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'Tensor', id: 5 },
        graph: { type: 'bytes', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7, options: { packed: false } },
        ints: { rule: 'repeated', type: 'int64', id: 8, options: { packed: false } },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        graphs: { rule: 'repeated', type: 'bytes', id: 11 },
        type: { type: 'int32', id: 20 },
      },
    },
    Tensor: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        externalData: { rule: 'repeated', type: 'Entry', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    Value: { fields: { name: { type: 'string', id: 1 }, type: { type: 'ValueType', id: 2 } } },
    ValueType: { fields: { tensorType: { type: 'TensorType', id: 1 } } },
    TensorType: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'Shape', id: 2 } } },
    Shape: { fields: { dim: { rule: 'repeated', type: 'Dimension', id: 1 } } },
    Dimension: {
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
  },
} as const;

/** TensorProto.DataType, those that occur; weights of 16 and 8 bits are widened by a Cast before they are used. */
export const ONNX_FLOAT = 1;
export const ONNX_INT8 = 3;
export const ONNX_INT64 = 7;
export const ONNX_FLOAT16 = 10;

/** Bytes of one value. */
export const ONNX_BYTES: ReadonlyMap<number, number> = new Map([
  [ONNX_FLOAT, 4],
  [ONNX_INT8, 1],
  [ONNX_INT64, 8],
  [ONNX_FLOAT16, 2],
]);

/** AttributeProto.AttributeType, the ones that occur. */
export const ONNX_ATTRIBUTE = { FLOAT: 1, INT: 2, STRING: 3, FLOATS: 6, INTS: 7, STRINGS: 8 } as const;

/** Operator set 17 came with intermediate representation 8; files up to 10 are read. */
export const ONNX_OPSET = 17;
export const ONNX_IR_VERSION = 8;
export const ONNX_MAX_IR_VERSION = 10;

/** The input of a graph that has one. */
export const ONNX_INPUT = 'input';

/** [batch, 1]: how much a speaker's statistics count; an input of graphs with a speaker branch. */
export const ONNX_SPEAKER_WEIGHT = 'speaker.weight';

/**
 * Operators a model may be made of: arithmetic on its own input alone.
 *
 * The exporter writes no others and the runtime refuses others, so that a stranger's file cannot bring
 * control flow, custom kernels or anything else that was never tested.
 */
export const ONNX_OPERATORS: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'MatMul', 'Gemm', 'Identity', 'Concat', 'Slice'],
  ...['Cast', 'Transpose', 'Squeeze', 'Unsqueeze', 'Reshape', 'Flatten'],
  ...['LSTM', 'GRU', 'Conv', 'BatchNormalization', 'ReduceMean', 'ReduceMax', 'ReduceSum', 'Sqrt', 'Pow'],
  ...['AveragePool', 'MaxPool', 'GlobalAveragePool', 'GlobalMaxPool', 'Pad'],
  ...['Softmax', 'LogSoftmax', 'Relu', 'LeakyRelu', 'Elu', 'Selu', 'Clip', 'Sigmoid', 'HardSigmoid', 'Tanh'],
  ...['Softplus', 'Softsign', 'Exp', 'Log', 'Erf'],
]);

export interface OnnxEntry {
  key: string;
  value: string;
}

export interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  floats?: number[];
  ints?: number[];
  strings?: Uint8Array[];
  graph?: Uint8Array;
  graphs?: Uint8Array[];
}

export interface OnnxNode {
  name: string;
  opType: string;
  domain?: string;
  input: string[];
  output: string[];
  attribute: OnnxAttribute[];
}

export interface OnnxTensor {
  name: string;
  dims: number[];
  dataType: number;
  /** Little-endian elements, row-major. */
  rawData: Uint8Array;
  externalData?: OnnxEntry[];
  dataLocation?: number;
}

/** A graph's input or output; a dimension is a number or, when free, a name. */
export interface OnnxValue {
  name: string;
  type?: {
    tensorType?: {
      elemType: number;
      shape?: { dim: { dimValue?: number; dimParam?: string }[] };
    };
  };
}

export interface OnnxGraph {
  name: string;
  node: OnnxNode[];
  initializer: OnnxTensor[];
  input: OnnxValue[];
  output: OnnxValue[];
  sparseInitializer?: Uint8Array[];
}

export interface OnnxModel {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  /** A serialised graph. */
  graph: Uint8Array;
  opsetImport: { domain: string; version: number }[];
  metadata: OnnxEntry[];
}
