import { ProsodiaError } from '@prosodia/contracts';
import type { LayerExporter } from '../layer-exporter.js';

/**
 * BatchNormalization over the last axis → one product and one sum by what the layer learnt of its inputs:
 * γ·(x − mean) / √(variance + ε) + β.
 */
const batchNormalization: LayerExporter = ({ graph, config, layer, weights, name, input }) => {
  const rank = (layer.outputShape as unknown[]).length;
  const axis = Number(config.axis ?? -1);
  if (axis !== -1 && axis !== rank - 1)
    throw new ProsodiaError('MODEL', `Expected the last axis for ${name} but received ${axis}`);
  const arrays = weights.map(({ data }) => data);
  const gamma = config.scale === false ? undefined : arrays.shift();
  const beta = config.center === false ? undefined : arrays.shift();
  const [mean, variance] = arrays as [Float32Array, Float32Array];
  const epsilon = Number(config.epsilon);
  const factor = variance.map((value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const shift = mean.map((value, i) => (beta?.[i] ?? 0) - value * factor[i]!);
  const scaled = graph.node('Mul', `${name}/scaled`, [
    input,
    graph.floats(`${name}/factor`, factor, [factor.length]),
  ]);
  return graph.node('Add', name, [scaled, graph.floats(`${name}/shift`, shift, [shift.length])]);
};

export const normalizationLayers: Readonly<Record<string, LayerExporter>> = {
  BatchNormalization: batchNormalization,
};
