import type { LayerExporter } from '../layer-exporter.js';

/** Layers that only say what shape the data has. */
export const shapeLayers: Readonly<Record<string, LayerExporter>> = {
  InputLayer: ({ input }) => input,
  Flatten: ({ graph, name, input }) =>
    graph.node('Reshape', name, [input, graph.integers(`${name}/shape`, [0, -1])]),
  Reshape: ({ graph, layer, name, input }) => {
    const shape = (layer.outputShape as (number | null)[]).slice(1).map(Number);
    return graph.node('Reshape', name, [input, graph.integers(`${name}/shape`, [0, ...shape])]);
  },
};
