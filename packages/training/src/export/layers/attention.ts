import type { LayerExporter } from '../layer-exporter.js';

/** AttentionPooling: each step's score by two small products, softmax over the steps, their weighted sum. */
const attentionPooling: LayerExporter = ({ graph, name, input, weights }) => {
  const [kernel, bias, query] = weights;
  const product = graph.node('MatMul', `${name}/product`, [
    input,
    graph.floats(`${name}/kernel`, kernel!.data, kernel!.shape),
  ]);
  const sums = graph.node('Add', `${name}/sums`, [
    product,
    graph.floats(`${name}/bias`, bias!.data, bias!.shape),
  ]);
  const scores = graph.node('MatMul', `${name}/scores`, [
    graph.node('Tanh', `${name}/hidden`, [sums]),
    graph.floats(`${name}/query`, query!.data, query!.shape),
  ]);
  const shares = graph.node('Softmax', `${name}/shares`, [scores], { axis: 1 });
  const weighted = graph.node('Mul', `${name}/weighted`, [input, shares]);
  return graph.node('ReduceSum', name, [weighted, graph.integers(`${name}/steps`, [1])], { keepdims: 0 });
};

export const attentionLayers: Readonly<Record<string, LayerExporter>> = {
  AttentionPooling: attentionPooling,
};
