import type { LayerContext, LayerExporter } from '../layer-exporter.js';
import { addActivation } from './activation.js';

/**
 * Adds x · kernel + bias, without the activation.
 *
 * Acts on the last axis, whatever stands before it, as TensorFlow.js's layer does.
 */
export function addAffine({ graph, weights, name, input }: LayerContext): string {
  const [kernel, bias] = weights;
  const product = graph.node('MatMul', `${name}/product`, [
    input,
    graph.floats(`${name}/kernel`, kernel!.data, kernel!.shape),
  ]);
  if (!bias) return product;
  return graph.node('Add', `${name}/sum`, [product, graph.floats(`${name}/bias`, bias.data, bias.shape)]);
}

export const denseLayers: Readonly<Record<string, LayerExporter>> = {
  Dense: (context) =>
    addActivation(
      context.graph,
      context.config.activation ?? 'linear',
      `${context.name}/activation`,
      addAffine(context),
    ),
};
