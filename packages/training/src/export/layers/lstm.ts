import { ProsodiaError } from '@prosodia/contracts';
import type { layers } from '@tensorflow/tfjs';
import { type AttributeValue, float } from '../graph-builder.js';
import type { LayerContext, LayerExporter, LayerWeight } from '../layer-exporter.js';
import { HARD_SIGMOID } from './activation.js';

/** Keras keeps the gates as input, forget, cell, output; ONNX as input, output, forget, cell. */
const ONNX_GATES_IN_KERAS_ORDER = [0, 3, 1, 2] as const;

/** TensorFlow.js's activations by the names ONNX's recurrent operators use. */
const RECURRENT_ACTIVATIONS: Readonly<Record<string, string>> = {
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  hardSigmoid: 'HardSigmoid',
  relu: 'Relu',
  softsign: 'Softsign',
  softplus: 'Softplus',
};

/**
 * LSTM → Transpose, LSTM, Squeeze (and Transpose back when the whole sequence is returned).
 *
 * ONNX's operator takes time first; its kernels are the transposed Keras kernels with the gates reordered,
 * and its bias is the input's and the recurrent one in a row (Keras has only the first).
 */
const lstm: LayerExporter = (context) => {
  const { graph, config, weights, name } = context;
  refuseUnsupported(context);
  const units = Number(config.units);
  const inputs = operatorInputs(context, units, [weights]);
  const attributes = { hidden_size: units, ...activationAttributes(config) };
  if (config.returnSequences === true) {
    const steps = graph.nodeWithOutputs('LSTM', `${name}/lstm`, inputs, [`${name}/Y`], attributes)[0]!;
    const flat = graph.node('Squeeze', `${name}/steps`, [steps, graph.integers(`${name}/direction`, [1])]);
    return graph.node('Transpose', `${name}/batch-first`, [flat], { perm: [1, 0, 2] });
  }
  const last = graph.nodeWithOutputs('LSTM', `${name}/lstm`, inputs, ['', `${name}/Y_h`], attributes)[1]!;
  return graph.node('Squeeze', `${name}/last`, [last, graph.integers(`${name}/direction`, [0])]);
};

/**
 * Bidirectional of an LSTM, its halves side by side → one LSTM operator of two directions, whose result
 * [steps, direction, batch, units] becomes [batch, steps, 2 · units], or without the steps [batch, 2 · units].
 */
const bidirectional: LayerExporter = (context) => {
  const { graph, name, weights } = context;
  const { config, mergeMode } = innerLstm(context);
  if (mergeMode !== 'concat')
    throw new ProsodiaError(
      'MODEL',
      `Expected mergeMode concat for ${name} but received ${String(mergeMode)}`,
    );
  const units = Number(config.units);
  const half = weights.length / 2;
  const inputs = operatorInputs(context, units, [weights.slice(0, half), weights.slice(half)]);
  const attributes = { hidden_size: units, direction: 'bidirectional', ...activationAttributes(config, 2) };
  const sequences = config.returnSequences === true;
  const outputs = sequences ? [`${name}/Y`] : ['', `${name}/Y_h`];
  const result = graph.nodeWithOutputs('LSTM', `${name}/lstm`, inputs, outputs, attributes).at(-1)!;
  const perm = sequences ? [2, 0, 1, 3] : [1, 0, 2];
  const batchFirst = graph.node('Transpose', `${name}/batch-first`, [result], { perm });
  const shape = graph.integers(`${name}/shape`, sequences ? [0, 0, 2 * units] : [0, 2 * units]);
  return graph.node('Reshape', `${name}/beside`, [batchFirst, shape]);
};

/** What the operator takes: the sequence, time first, then the kernels and the biases of its directions. */
function operatorInputs(
  { graph, name, input }: LayerContext,
  units: number,
  directions: readonly (readonly LayerWeight[])[],
): string[] {
  const together = (place: number, laidOut: (weight: LayerWeight, units: number) => Float32Array) =>
    Float32Array.from(directions.flatMap((weights) => [...laidOut(weights[place]!, units)]));
  const count = directions.length;
  const [kernel, , bias] = directions[0]!;
  const inputs = [
    graph.node('Transpose', `${name}/time-first`, [input], { perm: [1, 0, 2] }),
    graph.floats(`${name}/W`, together(0, transposeGates), [count, 4 * units, kernel!.shape[0]!]),
    graph.floats(`${name}/R`, together(1, transposeGates), [count, 4 * units, units]),
  ];
  if (bias) inputs.push(graph.floats(`${name}/B`, together(2, joinBias), [count, 8 * units]));
  return inputs;
}

function innerLstm({ config, layer, name, ...rest }: LayerContext) {
  const { forwardLayer } = layer as unknown as { forwardLayer?: layers.Layer };
  if (forwardLayer?.getClassName() !== 'LSTM')
    throw new ProsodiaError(
      'MODEL',
      `Expected an LSTM inside ${name} but received ${forwardLayer?.getClassName()}`,
    );
  const inner = { ...rest, layer: forwardLayer, config: forwardLayer.getConfig(), name };
  refuseUnsupported(inner);
  return { config: inner.config, mergeMode: config.mergeMode };
}

export const lstmLayers: Readonly<Record<string, LayerExporter>> = {
  LSTM: lstm,
  Bidirectional: bidirectional,
};

function refuseUnsupported({ config, name }: LayerContext): void {
  for (const option of ['goBackwards', 'stateful', 'returnState'])
    if (config[option] === true)
      throw new ProsodiaError('MODEL', `Expected ${option}: false for ${name} but received true`);
}

/** (rows, 4 · units) in Keras's order to (4 · units, rows) in ONNX's. */
function transposeGates({ data, shape }: LayerWeight, units: number): Float32Array {
  const rows = shape[0]!;
  const out = new Float32Array(data.length);
  ONNX_GATES_IN_KERAS_ORDER.forEach((kerasGate, gate) => {
    for (let unit = 0; unit < units; unit++)
      for (let row = 0; row < rows; row++)
        out[(gate * units + unit) * rows + row] = data[row * 4 * units + kerasGate * units + unit]!;
  });
  return out;
}

/** Reordered bias, then as many zeros for the recurrent bias Keras does not have. */
function joinBias({ data }: LayerWeight, units: number): Float32Array {
  const out = new Float32Array(8 * units);
  ONNX_GATES_IN_KERAS_ORDER.forEach((kerasGate, gate) => {
    out.set(data.subarray(kerasGate * units, (kerasGate + 1) * units), gate * units);
  });
  return out;
}

/** ONNX names three functions for each direction: of the gates, of the cell's candidate and of the cell's output. */
function activationAttributes(
  config: Readonly<Record<string, unknown>>,
  directions = 1,
): Record<string, AttributeValue> {
  const gates = recurrentActivation(config.recurrentActivation, 'recurrentActivation');
  const cell = recurrentActivation(config.activation, 'activation');
  const activations = Array.from({ length: directions }, () => [gates, cell, cell]).flat();
  const hard = activations.filter((activation) => activation === 'HardSigmoid');
  if (hard.length === 0) return { activations };
  // Only the functions that have parameters take their turn in these two lists.
  return {
    activations,
    activation_alpha: float(hard.map(() => HARD_SIGMOID.alpha)),
    activation_beta: float(hard.map(() => HARD_SIGMOID.beta)),
  };
}

function recurrentActivation(kind: unknown, what: string): string {
  const name = typeof kind === 'string' ? RECURRENT_ACTIVATIONS[kind] : undefined;
  if (name) return name;
  throw new ProsodiaError(
    'MODEL',
    `Expected ${Object.keys(RECURRENT_ACTIVATIONS).join(', ')} for an LSTM's ${what} but received ${String(kind)}`,
  );
}
