import { ProsodiaError } from '@prosodia/contracts';
import type { LayerContext, LayerExporter, LayerWeight } from '../layer-exporter.js';
import { addActivation } from './activation.js';

/** Padding as ONNX says it, which both count alike: an odd rest goes to the end. */
function paddingOf({ config, name }: LayerContext, reach = 0): Record<string, string | number[]> {
  if (config.padding === 'valid') return { auto_pad: 'VALID' };
  // ONNX Runtime finds no padding of its own for filters with holes.
  if (config.padding === 'same' && only(config.strides) === 1)
    return { pads: [Math.floor(reach / 2), Math.ceil(reach / 2)] };
  if (config.padding === 'same') return { auto_pad: 'SAME_UPPER' };
  throw new ProsodiaError(
    'MODEL',
    `Expected padding valid or same in ${name} but received ${String(config.padding)}`,
  );
}

/** Settings are lists of one number along time. */
function only(value: unknown): number {
  return Number(Array.isArray(value) ? value[0] : value);
}

/** [batch, time, channels], as TensorFlow.js has it, to [batch, channels, time], as ONNX does, and back. */
function alongTime(context: LayerContext, apply: (input: string) => string): string {
  const { graph, input, name } = context;
  const turn = { perm: [0, 2, 1] };
  const turned = graph.node('Transpose', `${name}/channels-first`, [input], turn);
  return graph.node('Transpose', `${name}/channels-last`, [apply(turned)], turn);
}

/** A kernel [width, inputs, filters] there, [filters, inputs, width] here, and the bias. */
function addConstants({ graph, weights, name }: LayerContext): string[] {
  const [kernel, bias] = weights;
  const [width, inputs, filters] = kernel!.shape as [number, number, number];
  const turned = new Float32Array(kernel!.data.length);
  for (let w = 0; w < width; w++)
    for (let i = 0; i < inputs; i++)
      for (let f = 0; f < filters; f++)
        turned[(f * inputs + i) * width + w] = kernel!.data[(w * inputs + i) * filters + f]!;
  return [
    graph.floats(`${name}/kernel`, turned, [filters, inputs, width]),
    ...(bias ? [graph.floats(`${name}/bias`, bias.data, [filters])] : []),
  ];
}

const conv1d: LayerExporter = (context) => {
  const { graph, config, weights, name } = context;
  const constants = addConstants(context);
  const width = weights[0]!.shape[0]!;
  const dilation = only(config.dilationRate ?? 1);
  const value = alongTime(context, (input) =>
    graph.node('Conv', `${name}/convolved`, [input, ...constants], {
      ...{ kernel_shape: [width], strides: [only(config.strides)] },
      ...{ dilations: [dilation], ...paddingOf(context, dilation * (width - 1)) },
    }),
  );
  return addActivation(graph, config.activation ?? 'linear', `${name}/activation`, value);
};

/** All padding on the side that time comes from; the filter's last position is now, which backwards is the first. */
const causalConvolution: LayerExporter = (context) => {
  const { graph, config, name, weights } = context;
  const width = weights[0]!.shape[0]!;
  const dilation = Number(config.dilation);
  const reach = dilation * (width - 1);
  const backwards = config.backwards === true;
  const turned = backwards ? [reversed(weights[0]!), ...weights.slice(1)] : weights;
  const constants = addConstants({ ...context, weights: turned });
  return alongTime(context, (input) =>
    graph.node('Conv', `${name}/convolved`, [input, ...constants], {
      ...{ kernel_shape: [width], strides: [1], dilations: [dilation] },
      pads: backwards ? [0, reach] : [reach, 0],
    }),
  );
};

/** The kernel's positions from the last to the first. */
function reversed({ data, shape }: LayerWeight): LayerWeight {
  const [width, inputs, filters] = shape as [number, number, number];
  const size = inputs * filters;
  const turned = new Float32Array(data.length);
  for (let w = 0; w < width; w++) turned.set(data.subarray(w * size, (w + 1) * size), (width - 1 - w) * size);
  return { data: turned, shape };
}

const maxPooling1d: LayerExporter = (context) =>
  alongTime(context, (input) =>
    context.graph.node('MaxPool', `${context.name}/pooled`, [input], {
      ...{ kernel_shape: [only(context.config.poolSize)], strides: [only(context.config.strides)] },
      ...paddingOf(context, only(context.config.poolSize) - 1),
    }),
  );

/** Layers along time. */
export const convolutionLayers: Readonly<Record<string, LayerExporter>> = {
  Conv1D: conv1d,
  CausalConvolution: causalConvolution,
  MaxPooling1D: maxPooling1d,
  GlobalAveragePooling1D: ({ graph, name, input }) =>
    graph.node('ReduceMean', name, [input], { axes: [1], keepdims: 0 }),
};
