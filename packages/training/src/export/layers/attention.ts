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

/** SelfAttention: each head's scores by products of the steps, softmax over them, their weighted sums side by side. */
const selfAttention: LayerExporter = ({ graph, layer, config, name, input, weights }) => {
  const [, steps, width] = layer.outputShape as [null, number, number];
  const heads = Number(config.heads);
  const [query, key, value, output] = ['query', 'key', 'value', 'output'].map((role, index) =>
    graph.floats(`${name}/${role}/kernel`, weights[index]!.data, weights[index]!.shape),
  );
  const split = graph.integers(`${name}/split`, [0, steps, heads, width / heads]);
  const apart = (role: string, kernel: string, perm: readonly number[]) => {
    const product = graph.node('MatMul', `${name}/${role}/product`, [input, kernel]);
    const shaped = graph.node('Reshape', `${name}/${role}/split`, [product, split]);
    return graph.node('Transpose', `${name}/${role}`, [shaped], { perm });
  };
  const products = graph.node('MatMul', `${name}/products`, [
    apart('query', query!, [0, 2, 1, 3]),
    apart('key', key!, [0, 2, 3, 1]),
  ]);
  const scale = graph.floats(`${name}/scale`, Float32Array.of(1 / Math.sqrt(width / heads)), []);
  const scores = graph.node('Mul', `${name}/scores`, [products, scale]);
  const shares = graph.node('Softmax', `${name}/shares`, [scores], { axis: -1 });
  const mixed = graph.node('MatMul', `${name}/mixed`, [shares, apart('value', value!, [0, 2, 1, 3])]);
  const ordered = graph.node('Transpose', `${name}/ordered`, [mixed], { perm: [0, 2, 1, 3] });
  const joined = graph.node('Reshape', `${name}/joined`, [
    ordered,
    graph.integers(`${name}/join`, [0, steps, width]),
  ]);
  return graph.node('MatMul', name, [joined, output!]);
};

export const attentionLayers: Readonly<Record<string, LayerExporter>> = {
  AttentionPooling: attentionPooling,
  SelfAttention: selfAttention,
};
