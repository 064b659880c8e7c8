import { ProsodiaError } from '@prosodia/contracts';
import type { LayerContext, LayerExporter } from '../layer-exporter.js';

/** One value of several, two at a time. */
function folded({ graph, name, inputs }: LayerContext, opType: string, result = name): string {
  return inputs.reduce((sum, input, index) =>
    graph.node(opType, index === inputs.length - 1 ? result : `${name}/${index}`, [sum, input]),
  );
}

const average: LayerExporter = (context) => {
  const { graph, name, inputs } = context;
  const count = graph.floats(`${name}/count`, Float32Array.of(inputs.length), []);
  return graph.node('Div', name, [folded(context, 'Add', `${name}/sum`), count]);
};

const concatenate: LayerExporter = ({ graph, config, layer, name, inputs }) => {
  const rank = (layer.outputShape as unknown[]).length;
  const axis = Number(config.axis ?? -1);
  if (axis === 0 || axis < -rank || axis >= rank)
    throw new ProsodiaError('MODEL', `Expected an axis beside the batch for ${name} but received ${axis}`);
  return graph.node('Concat', name, inputs, { axis });
};

/** Each input times its learned weight, then their sum. */
const weightedSum: LayerExporter = (context) => {
  const { graph, name, weights } = context;
  const inputs = context.inputs.map((input, index) => {
    const weight = graph.floats(`${name}/weight-${index}`, weights[0]!.data.slice(index, index + 1), []);
    return graph.node('Mul', `${name}/weighted-${index}`, [input, weight]);
  });
  return folded({ ...context, inputs }, 'Add');
};

/** Layers that make one value of several. */
export const mergeLayers: Readonly<Record<string, LayerExporter>> = {
  Add: (context) => folded(context, 'Add'),
  Multiply: (context) => folded(context, 'Mul'),
  Average: average,
  Concatenate: concatenate,
  WeightedSum: weightedSum,
};
