import {
  type ModelCard,
  ONNX_ATTRIBUTE,
  ONNX_FLOAT,
  ONNX_FLOAT16,
  ONNX_INT8,
  type OnnxNode,
  type OnnxTensor,
  ProsodiaError,
} from '@prosodia/contracts';
import { toHalf } from './half-float.js';
import { decodeGraph, encodeGraph, encodeModel, sha256 } from './onnx-file.js';

/** How weights lie in a file: half-precision floats, or whole numbers of 8 bits with a scale for each output channel. */
export const WEIGHT_FORMATS = ['fp16', 'int8'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Smaller constants are left as they are: there is next to nothing to win. */
const LEAST_VALUES = 1_024;
const LARGEST_INT8 = 127;

/** The axis of an operator's weights that its outputs lie along, and the place of the weights among its inputs. */
const CHANNEL_AXES: Readonly<Record<string, { readonly axis: number; readonly inputs: readonly number[] }>> =
  {
    MatMul: { axis: -1, inputs: [1] },
    Conv: { axis: 0, inputs: [1] },
    LSTM: { axis: 1, inputs: [1, 2] },
    GRU: { axis: 1, inputs: [1, 2] },
  };

export interface QuantizedModel {
  readonly file: Uint8Array;
  readonly card: ModelCard;
  /** Constants stored smaller, of all that hold numbers. */
  readonly weights: number;
}

/**
 * The same model with its weights stored in fewer bits; answers are computed in single precision as before.
 *
 * ONNX Runtime widens the weights once, when it opens the file: the file is smaller, an answer takes the time it took. The
 * layers that personalisation adapts stay as they are. Weights are rounded to the nearest (int8: symmetric, a scale for
 * each output channel).
 *
 * @param file  a model file that `readModelFile` accepts, with its card
 * @throws ProsodiaError MODEL when there is nothing in it to store smaller
 */
export function quantizeModel(file: Uint8Array, card: ModelCard, format: WeightFormat): QuantizedModel {
  const graph = decodeGraph(file);
  const kept = new Set([...card.heads, ...(card.speaker?.heads ?? [])].map(({ kernel }) => kernel));
  const axes = channelAxes(graph.node);
  const widening: OnnxNode[] = [];
  const initializer = graph.initializer.flatMap((tensor) => {
    const axis = axes.get(tensor.name);
    const values = tensor.rawData.length / 4;
    if (
      axis === undefined ||
      kept.has(tensor.name) ||
      tensor.dataType !== ONNX_FLOAT ||
      values < LEAST_VALUES
    )
      return [tensor];
    const { tensors, nodes } = format === 'fp16' ? asHalves(tensor) : asBytes(tensor, axis);
    widening.push(...nodes);
    return tensors;
  });
  if (widening.length === 0)
    throw new ProsodiaError(
      'MODEL',
      `Expected weights of at least ${LEAST_VALUES} values but there are none`,
    );
  const bytes = encodeGraph({ ...graph, node: [...widening, ...graph.node], initializer });
  const named: ModelCard = {
    ...card,
    software: { ...card.software, weights: format },
    graphHash: sha256(bytes),
  };
  const weights = widening.filter(({ opType }) => opType === 'Cast').length;
  return { file: encodeModel(bytes, named), card: named, weights };
}

/** Weights by name, each with the axis its scales lie along; one used in two ways has none. */
function channelAxes(nodes: readonly OnnxNode[]): Map<string, number> {
  const axes = new Map<string, number>();
  const refused = new Set<string>();
  for (const { opType, input } of nodes) {
    const rule = Object.hasOwn(CHANNEL_AXES, opType) ? CHANNEL_AXES[opType] : undefined;
    for (const [place, name] of input.entries()) {
      if (rule?.inputs.includes(place) && (axes.get(name) ?? rule.axis) === rule.axis)
        axes.set(name, rule.axis);
      else refused.add(name);
    }
  }
  for (const name of refused) axes.delete(name);
  return axes;
}

interface Stored {
  readonly tensors: OnnxTensor[];
  readonly nodes: OnnxNode[];
}

function asHalves(tensor: OnnxTensor): Stored {
  const halves = Uint16Array.from(floatsOf(tensor), toHalf);
  const stored = {
    ...tensor,
    name: `${tensor.name}/stored`,
    dataType: ONNX_FLOAT16,
    rawData: bytesOf(halves),
  };
  return { tensors: [stored], nodes: [cast(stored.name, tensor.name)] };
}

function asBytes(tensor: OnnxTensor, axis: number): Stored {
  const { name, dims } = tensor;
  const place = axis < 0 ? dims.length + axis : axis;
  const inner = dims.slice(place + 1).reduce((product, dim) => product * dim, 1);
  const channels = dims[place]!;
  const values = floatsOf(tensor);
  const channelOf = (at: number) => Math.floor(at / inner) % channels;
  const scales = new Float32Array(channels);
  for (const [at, value] of values.entries())
    scales[channelOf(at)] = Math.max(scales[channelOf(at)]!, Math.abs(value) / LARGEST_INT8);
  const whole = Int8Array.from(values, (value, at) => Math.round(value / (scales[channelOf(at)]! || 1)));
  const stored = { ...tensor, name: `${name}/stored`, dataType: ONNX_INT8, rawData: bytesOf(whole) };
  const scale = {
    name: `${name}/scale`,
    dims: dims.map((_, dim) => (dim === place ? channels : 1)),
    dataType: ONNX_FLOAT,
    rawData: bytesOf(scales),
  };
  const scaled: OnnxNode = {
    ...{ name, opType: 'Mul', input: [`${name}/wide`, scale.name], output: [name], attribute: [] },
  };
  return { tensors: [stored, scale], nodes: [cast(stored.name, `${name}/wide`), scaled] };
}

function cast(from: string, to: string): OnnxNode {
  const attribute = [{ name: 'to', type: ONNX_ATTRIBUTE.INT, i: ONNX_FLOAT }];
  return { name: `${to}/cast`, opType: 'Cast', input: [from], output: [to], attribute };
}

/** Little-endian, wherever this runs: so are the machines onnxruntime-node is built for. */
function floatsOf({ rawData }: OnnxTensor): Float32Array {
  return new Float32Array(Uint8Array.from(rawData).buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
