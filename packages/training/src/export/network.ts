import { type Head, ONNX_INPUT, type OnnxGraph, ProsodiaError } from '@prosodia/contracts';
import type { LayersModel, layers } from '@tensorflow/tfjs';
import { modelSteps, type Step, stepsTo } from '../engine/model-steps.js';
import { floatValue, GraphBuilder } from './graph-builder.js';
import type { LayerContext } from './layer-exporter.js';
import { addActivation } from './layers/activation.js';
import { addAffine } from './layers/dense.js';
import { exporterOf } from './registry.js';

/** Numbers that bring a row to the scale the network was trained on: (x − mean) / scale. */
export interface Scaler {
  /** One value per element of a row, or one per coefficient of its last axis. */
  readonly mean: Float32Array;
  /** Standard deviations, as many as means; none is zero. */
  readonly scale: Float32Array;
}

export interface GraphOptions {
  /** Shape of one row without the batch. */
  readonly rowShape: readonly number[];
  readonly scaler?: Scaler | undefined;
  /** Probabilities are softmax(logits / temperature). */
  readonly temperature: number;
}

/** A model cut where the graph has outputs. */
export interface NetworkParts {
  /** Everything the last dense layer needs: the result of the last step is the embedding. */
  readonly body: readonly Step[];
  /** The dense layer that makes the logits. */
  readonly head: layers.Layer;
}

/** Width of the embedding and number of classes. */
export interface NetworkSizes {
  readonly embeddingSize: number;
  readonly classes: number;
}

/**
 * Finds the last dense layer of a model that ends in softmax, either as that layer's activation or on its own. Of a model
 * with several outputs the first is its answer.
 *
 * @throws ProsodiaError MODEL for a model that ends in anything else
 */
export function networkParts(model: LayersModel): NetworkParts {
  const { steps, outputs } = modelSteps(model);
  const last = steps[outputs[0]!];
  const before = steps[last?.inputs[0] ?? -1];
  const cutAt = (head: Step) => ({ body: stepsTo(steps, head.inputs[0]!), head: head.layer });
  const kind = last?.layer.getClassName();
  if (last && kind === 'Dense' && last.layer.getConfig().activation === 'softmax') return cutAt(last);
  const isSoftmax =
    kind === 'Softmax' || (kind === 'Activation' && last!.layer.getConfig().activation === 'softmax');
  const config = before?.layer.getConfig();
  if (isSoftmax && before?.layer.getClassName() === 'Dense' && config?.activation === 'linear')
    return cutAt(before);
  throw new ProsodiaError(
    'MODEL',
    `Expected a model that ends in a dense layer and softmax but it ends in ${[before, last]
      .flatMap((step) => (step ? [step.layer.getClassName()] : []))
      .join(', ')}`,
  );
}

/** @throws ProsodiaError MODEL when the last dense layer does not take one vector a row */
export function networkSizes({ head }: NetworkParts): NetworkSizes {
  const shape = head.outputShape as (number | null)[];
  const [kernel] = head.getWeights();
  if (shape.length !== 2 || !kernel)
    throw new ProsodiaError(
      'MODEL',
      `Expected one vector of logits a row but received shape [${shape.join(', ')}]`,
    );
  return { embeddingSize: kernel.shape[0]!, classes: kernel.shape[1]! };
}

/** Strength of a trained last layer as the prior of a personal one, measured on RAVDESS. */
export const RIDGE = 1;

/** The same where it is known in what people differ: in everything, and along those directions. */
export const PERSONAL_RIDGES = { everything: 0.3, along: 0.003 } as const;

/** The model's last layer as its card names it: the constants are those that `buildGraph` writes. */
export function headOf(model: LayersModel): Head {
  const parts = networkParts(model);
  const { name } = parts.head;
  return {
    ...{ name, start: 0, size: networkSizes(parts).embeddingSize },
    ...{ kernel: `${name}/kernel`, bias: `${name}/bias`, temperature: 1, weight: 1, ridge: RIDGE },
  };
}

/**
 * The whole computation from raw rows to calibrated probabilities as one ONNX graph.
 *
 * Input `input` [batch, ...rowShape]; outputs `logits` and `probabilities` [batch, classes] and `embedding`
 * [batch, embeddingSize]. Scaling and temperature are inside, so any ONNX server gives the same answers.
 *
 * @throws ProsodiaError MODEL for a layer without an exporter or with weights that are not finite
 */
export async function buildGraph(
  model: LayersModel,
  { rowShape, scaler, temperature }: GraphOptions,
): Promise<OnnxGraph> {
  const graph = new GraphBuilder();
  const parts = networkParts(model);
  const { embeddingSize, classes } = networkSizes(parts);

  const value = await addSteps(graph, parts.body, addScaler(graph, scaler, rowShape));
  const embedding =
    value === ONNX_INPUT ? graph.node('Identity', 'embedding', [value]) : graph.rename(value, 'embedding');

  const logits = graph.rename(addAffine(await contextOf(graph, parts.head, embedding)), 'logits');
  const calibrated =
    temperature === 1
      ? logits
      : graph.node('Div', 'calibration/logits', [
          logits,
          graph.floats('calibration/temperature', Float32Array.of(temperature), []),
        ]);
  addActivation(graph, 'softmax', 'probabilities', calibrated);

  return graph.build(
    'prosodia',
    [floatValue(ONNX_INPUT, ['batch', ...rowShape])],
    [
      floatValue('logits', ['batch', classes]),
      floatValue('probabilities', ['batch', classes]),
      floatValue('embedding', ['batch', embeddingSize]),
    ],
  );
}

/**
 * What the scaler makes of raw rows, rounded as the graph rounds.
 *
 * @param rows  rows × product(rowShape)
 */
export function scaleRows(rows: Float32Array, scaler: Scaler | undefined): Float32Array {
  if (!scaler) return rows;
  const { mean, scale } = scaler;
  return rows.map((x, i) => Math.fround(x - mean[i % mean.length]!) / scale[i % mean.length]!);
}

function addScaler(graph: GraphBuilder, scaler: Scaler | undefined, rowShape: readonly number[]): string {
  if (!scaler) return ONNX_INPUT;
  const rowLength = rowShape.reduce((product, dim) => product * dim, 1);
  const dims = scaler.mean.length === rowLength ? rowShape : rowShape.slice(-1);
  const centred = graph.node('Sub', 'scaler/centred', [
    ONNX_INPUT,
    graph.floats('scaler/mean', scaler.mean, dims),
  ]);
  return graph.node('Div', 'scaler/scaled', [centred, graph.floats('scaler/scale', scaler.scale, dims)]);
}

/** Returns the name of what the last step makes of the input. */
async function addSteps(graph: GraphBuilder, steps: readonly Step[], input: string): Promise<string> {
  const values = new Map([[-1, input]]);
  let last = input;
  for (const { number, layer, inputs } of steps) {
    const names = inputs.map((from) => values.get(from)!);
    last = exporterOf(layer.getClassName())(await contextOf(graph, layer, ...names));
    values.set(number, last);
  }
  return last;
}

async function contextOf(
  graph: GraphBuilder,
  layer: layers.Layer,
  ...inputs: readonly string[]
): Promise<LayerContext> {
  const weights = await Promise.all(
    layer.getWeights().map(async (weight) => {
      const data = Float32Array.from(await weight.data());
      if (!data.every(Number.isFinite))
        throw new ProsodiaError('MODEL', `Expected finite weights but ${layer.name} holds others`);
      return { data, shape: weight.shape };
    }),
  );
  return { graph, layer, config: layer.getConfig(), weights, input: inputs[0]!, inputs, name: layer.name };
}
