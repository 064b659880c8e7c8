import {
  ONNX_ATTRIBUTE,
  ONNX_FLOAT,
  ONNX_INT64,
  ONNX_IR_VERSION,
  ONNX_OPSET,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '@prosodia/contracts/onnx';
import { encodeOnnx } from './onnx-messages.js';
import { SPEECH_INPUT_SAMPLES, SPEECH_STATE_SIZE } from './speech-messages.js';
import { type SpeechWeights, speechWeights } from './speech-weights.js';

/** Samples from one spectrum of a frame to the next; each is of two such steps. */
const STEP = 128;
const SPECTRA = 4;
const BINS = STEP + 1;
const UNITS = SPEECH_STATE_SIZE / 2;
/** Channels of the encoder's layers. */
const [WIDE, NARROW] = [128, 64];

/**
 * Silero's network for 16 kHz, with the same weights, as matrix products over many frames.
 *
 * As it comes it convolves each frame by itself and copies its weights in every run; this takes a fifth to a quarter of
 * the time. All frames of all listeners are encoded together, and only the recurrent layer goes step by step.
 *
 * Inputs: `frames` [steps · listeners, 640] (64 samples of the frame before, the frame, its last 64 mirrored), step by
 * step; `shape` the three numbers steps, listeners, 128; `state` [2, listeners, 128]. Outputs: `probabilities`
 * [steps · listeners, 1] and `stateAfter`.
 *
 * @param file  the detector's ONNX file
 * @throws Error when the file is not built as it should be
 */
export function speechGraph(file: Uint8Array): Uint8Array {
  const graph = new SpeechGraph(speechWeights(file)).build();
  const model: Omit<OnnxModel, 'metadata'> = {
    irVersion: ONNX_IR_VERSION,
    producerName: 'prosodia',
    producerVersion: '',
    graph: encodeOnnx('Graph', graph),
    opsetImport: [{ domain: '', version: ONNX_OPSET }],
  };
  return encodeOnnx('Model', model);
}

class SpeechGraph {
  readonly #weights: (name: string) => SpeechWeights;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();

  constructor(weights: (name: string) => SpeechWeights) {
    this.#weights = weights;
  }

  build(): OnnxGraph {
    this.#recur(this.#encode(this.#magnitudes()));
    return {
      name: 'speech',
      node: this.#nodes,
      initializer: [...this.#constants.values()],
      input: [
        surface('frames', ONNX_FLOAT, ['rows', SPEECH_INPUT_SAMPLES]),
        surface('shape', ONNX_INT64, [3]),
        surface('state', ONNX_FLOAT, [2, 'listeners', UNITS]),
      ],
      output: [
        surface('probabilities', ONNX_FLOAT, ['rows', 1]),
        surface('stateAfter', ONNX_FLOAT, [2, 'listeners', UNITS]),
      ],
    };
  }

  /** rows × 4 × 129. */
  #magnitudes(): string {
    const steps = this.#reshape('frames', [-1, SPECTRA + 1, STEP]);
    const pairs = this.#join([this.#slice(steps, 0, SPECTRA), this.#slice(steps, 1, SPECTRA + 1)], 2);
    const basis = this.#floats('basis', [2 * STEP, 2 * BINS], this.#kernel('stft.forward_basis_buffer'));
    const spectra = this.#node('MatMul', [this.#reshape(pairs, [-1, 2 * STEP]), basis]);
    const squares = this.#node('Mul', [spectra, spectra]);
    const power = this.#node('Add', [this.#slice(squares, 0, BINS), this.#slice(squares, BINS, 2 * BINS)]);
    return this.#reshape(this.#node('Sqrt', [power]), [-1, SPECTRA, BINS]);
  }

  /** Convolutions over three spectra each; where one falls beside the edge its weights are left out. */
  #encode(magnitudes: string): string {
    const padded = this.#pad(magnitudes, 1, 1);
    const first = [0, 1, 2].map((at) => this.#slice(padded, at, at + SPECTRA));
    const wide = this.#dense(0, this.#reshape(this.#join(first, 2), [-1, 3 * BINS]));
    const front = this.#pad(this.#reshape(wide, [-1, SPECTRA, WIDE]), 1, 0);
    const second = [0, 2].map((at) => this.#reshape(this.#slice(front, at, at + 3), [-1, 1, 3 * WIDE]));
    const half = this.#dense(1, this.#reshape(this.#join(second, 1), [-1, 3 * WIDE]));
    const one = this.#dense(2, this.#reshape(half, [-1, 2 * NARROW]), [1, 2]);
    return this.#dense(3, one, [1]);
  }

  #recur(encoded: string): void {
    const inputs = this.#node('Reshape', [encoded, 'shape']);
    const [hidden, cell] = [this.#slice('state', 0, 1, 0), this.#slice('state', 1, 2, 0)];
    const gates = (name: string) => inputOutputForgetCell(this.#weights(`decoder.rnn.${name}`).values);
    const bias = Float32Array.of(...gates('bias_ih'), ...gates('bias_hh'));
    this.#nodes.push({
      ...{ name: 'lstm', opType: 'LSTM', output: ['steps', 'hidden', 'cell'] },
      input: [
        inputs,
        this.#floats('inputKernel', [1, 4 * UNITS, UNITS], gates('weight_ih')),
        this.#floats('hiddenKernel', [1, 4 * UNITS, UNITS], gates('weight_hh')),
        this.#floats('gateBias', [1, 8 * UNITS], bias),
        ...['', hidden, cell],
      ],
      attribute: [integer('hidden_size', UNITS)],
    });
    const heard = this.#reshape(this.#node('Relu', ['steps']), [-1, UNITS]);
    const kernel = this.#floats('kernel', [UNITS, 1], this.#weights('decoder.decoder.2.weight').values);
    const logits = this.#node('Gemm', [heard, kernel, this.#copied('decoder.decoder.2.bias')]);
    this.#node('Sigmoid', [logits], [], 'probabilities');
    this.#node('Concat', ['hidden', 'cell'], [integer('axis', 0)], 'stateAfter');
  }

  #dense(layer: number, rows: string, taps?: readonly number[]): string {
    const name = `encoder.${layer}.reparam_conv`;
    const bias = this.#weights(`${name}.bias`).values;
    const values = this.#kernel(`${name}.weight`, taps);
    const kernel = this.#floats(`${name}.weight`, [values.length / bias.length, bias.length], values);
    return this.#node('Relu', [this.#node('Gemm', [rows, kernel, this.#copied(`${name}.bias`)])]);
  }

  /** A convolution's weights [outputs, inputs, taps] as a matrix; its rows are the first tap's inputs, then the next's. */
  #kernel(name: string, taps?: readonly number[]): Float32Array {
    const { dims, values } = this.#weights(name);
    const [outputs, inputs, all] = dims as [number, number, number];
    const used = taps ?? Array.from({ length: all }, (_, tap) => tap);
    const kernel = new Float32Array(used.length * inputs * outputs);
    for (const [place, tap] of used.entries())
      for (let input = 0; input < inputs; input++) {
        const row = (place * inputs + input) * outputs;
        for (let output = 0; output < outputs; output++)
          kernel[row + output] = values[(output * inputs + input) * all + tap]!;
      }
    return kernel;
  }

  #copied(name: string): string {
    const { dims, values } = this.#weights(name);
    return this.#floats(name, dims, values);
  }

  #reshape(value: string, shape: readonly number[]): string {
    return this.#node('Reshape', [value, this.#integers(shape)]);
  }

  /** Along the second axis unless another is named. */
  #slice(value: string, from: number, to: number, axis = 1): string {
    return this.#node('Slice', [value, ...[[from], [to], [axis]].map((at) => this.#integers(at))]);
  }

  #pad(value: string, before: number, after: number): string {
    return this.#node('Pad', [value, this.#integers([0, before, 0, 0, after, 0])]);
  }

  #join(values: readonly string[], axis: number): string {
    return this.#node('Concat', values, [integer('axis', axis)]);
  }

  #node(
    opType: string,
    input: readonly string[],
    attribute: OnnxNode['attribute'] = [],
    name = `${opType} ${this.#nodes.length}`,
  ): string {
    this.#nodes.push({ name, opType, input: [...input], output: [name], attribute });
    return name;
  }

  #floats(name: string, dims: readonly number[], values: Float32Array): string {
    return this.#constant(name, ONNX_FLOAT, dims, values);
  }

  #integers(values: readonly number[]): string {
    return this.#constant(values.join(), ONNX_INT64, [values.length], BigInt64Array.from(values, BigInt));
  }

  #constant(
    name: string,
    dataType: number,
    dims: readonly number[],
    { buffer, byteOffset, byteLength }: Float32Array | BigInt64Array,
  ): string {
    const rawData = new Uint8Array(buffer, byteOffset, byteLength);
    this.#constants.set(name, { name, dims: [...dims], dataType, rawData });
    return name;
  }
}

/** PyTorch's order of gates (input, forget, cell, output) in ONNX's. */
function inputOutputForgetCell(values: Float32Array): Float32Array {
  const size = values.length / 4;
  const ordered = new Float32Array(values.length);
  for (const [place, gate] of [0, 3, 1, 2].entries())
    ordered.set(values.subarray(gate * size, (gate + 1) * size), place * size);
  return ordered;
}

function integer(name: string, i: number): OnnxNode['attribute'][number] {
  return { name, type: ONNX_ATTRIBUTE.INT, i };
}

function surface(name: string, elemType: number, shape: readonly (number | string)[]): OnnxValue {
  const dim = shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
