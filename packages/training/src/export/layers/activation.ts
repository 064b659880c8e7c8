import { ProsodiaError } from '@prosodia/contracts';
import { float, type GraphBuilder } from '../graph-builder.js';
import type { LayerExporter } from '../layer-exporter.js';

/** TensorFlow.js's hard sigmoid is clip(0.2 x + 0.5, 0, 1), which is also ONNX's default. */
export const HARD_SIGMOID = { alpha: 0.2, beta: 0.5 };

type ActivationExporter = (graph: GraphBuilder, name: string, input: string) => string;

const unary =
  (opType: string): ActivationExporter =>
  (graph, name, input) =>
    graph.node(opType, name, [input]);

const activations: Readonly<Record<string, ActivationExporter>> = {
  linear: (_graph, _name, input) => input,
  relu: unary('Relu'),
  relu6: (graph, name, input) => {
    const low = graph.floats(`${name}/low`, Float32Array.of(0), []);
    const high = graph.floats(`${name}/high`, Float32Array.of(6), []);
    return graph.node('Clip', name, [input, low, high]);
  },
  sigmoid: unary('Sigmoid'),
  hardSigmoid: (graph, name, input) =>
    graph.node('HardSigmoid', name, [input], {
      alpha: float(HARD_SIGMOID.alpha),
      beta: float(HARD_SIGMOID.beta),
    }),
  tanh: unary('Tanh'),
  softmax: (graph, name, input) => graph.node('Softmax', name, [input], { axis: -1 }),
  elu: unary('Elu'),
  selu: unary('Selu'),
  softplus: unary('Softplus'),
  softsign: unary('Softsign'),
  swish: (graph, name, input) => {
    const gate = graph.node('Sigmoid', `${name}/gate`, [input]);
    return graph.node('Mul', name, [input, gate]);
  },
};

/**
 * Adds the nodes of an activation function.
 *
 * @param kind  TensorFlow.js's name of it, e.g. `relu`
 * @throws ProsodiaError MODEL for a function without a counterpart
 */
export function addActivation(graph: GraphBuilder, kind: unknown, name: string, input: string): string {
  const exporter = typeof kind === 'string' ? activations[kind] : undefined;
  if (exporter) return exporter(graph, name, input);
  throw new ProsodiaError(
    'MODEL',
    `Expected an activation among ${Object.keys(activations).join(', ')} but received ${String(kind)}`,
  );
}

/** The activations that stand as layers of their own. */
export const activationLayers: Readonly<Record<string, LayerExporter>> = {
  Activation: ({ graph, config, name, input }) =>
    addActivation(graph, config.activation ?? 'linear', name, input),
  Softmax: ({ graph, config, name, input }) =>
    graph.node('Softmax', name, [input], { axis: Number(config.axis ?? -1) }),
  ReLU: ({ graph, config, name, input }) =>
    addActivation(graph, cappedRelu(config.maxValue, name), name, input),
  LeakyReLU: ({ graph, config, name, input }) =>
    graph.node('LeakyRelu', name, [input], { alpha: float(Number(config.alpha ?? 0.3)) }),
};

function cappedRelu(maxValue: unknown, name: string): string {
  if (maxValue === undefined || maxValue === null) return 'relu';
  if (maxValue === 6) return 'relu6';
  throw new ProsodiaError('MODEL', `Expected no maxValue or 6 for ${name} but received ${String(maxValue)}`);
}
