import type { Head, ModelCard } from '@prosodia/contracts';
import {
  ONNX_BYTES,
  ONNX_FLOAT,
  ONNX_OPERATORS,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '@prosodia/contracts/onnx';
import { clipSummaries, graphInputs } from './graph-inputs.js';
import { readOnnx } from './onnx-reader.js';

/**
 * Makes sure a graph is what its card says and nothing that was never tested.
 *
 * @throws Error saying what is wrong
 */
export function checkGraph(bytes: Uint8Array, card: ModelCard): void {
  const graph = readOnnx('Graph', bytes) as OnnxGraph;
  const classes = card.labels.length;
  if (new Set(card.labels).size !== classes) throw new Error('its card names a label twice');
  checkValues(
    'inputs',
    graph.input,
    Object.fromEntries(graphInputs(card).map(({ name, shape }) => [name, shape])),
  );
  checkValues('outputs', graph.output, {
    logits: [classes],
    probabilities: [classes],
    embedding: [card.outputs.embeddingSize],
    ...(card.speaker && {
      speakerLogits: [classes],
      speakerProbabilities: [classes],
      speakerEmbedding: [card.speaker.embeddingSize],
    }),
    ...Object.fromEntries(clipSummaries(card).map(({ name, size }) => [name, [size]])),
  });
  checkShares('variants', card.variants);
  checkHeads(graph, card.heads, card.outputs.embeddingSize, classes);
  if (card.speaker) checkHeads(graph, card.speaker.heads, card.speaker.embeddingSize, classes);
  if (graph.sparseInitializer?.length) throw new Error('its network holds sparse constants');
  for (const node of graph.node) checkNode(node);
  for (const tensor of graph.initializer) checkTensor(tensor);
}

/** The layers that personalisation moves must be constants of the shape the card says, within the embedding. */
function checkHeads(graph: OnnxGraph, heads: readonly Head[], embeddingSize: number, classes: number): void {
  const shapes = new Map(graph.initializer.map(({ name, dims, dataType }) => [name, `${dataType}: ${dims}`]));
  checkShares('heads', heads);
  for (const { name, start, size, kernel, bias, directions } of heads) {
    if (start + size > embeddingSize) throw new Error(`its head ${name} reaches beyond the embedding`);
    if (shapes.get(kernel) !== `${ONNX_FLOAT}: ${size},${classes}`)
      throw new Error(`its head ${name} has no kernel ${kernel} of shape [${size}, ${classes}]`);
    if (shapes.get(bias) !== `${ONNX_FLOAT}: ${classes}`)
      throw new Error(`its head ${name} has no bias ${bias} of shape [${classes}]`);
    if (directions && shapes.get(directions.constant) !== `${ONNX_FLOAT}: ${size},${directions.count}`)
      throw new Error(
        `its head ${name} has no directions ${directions.constant} of shape [${size}, ${directions.count}]`,
      );
  }
}

/** What an answer is averaged over. */
function checkShares(what: string, parts: readonly { readonly weight: number }[]): void {
  const share = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(share - 1) > 1e-6) throw new Error(`its ${what} have weights that sum to ${share}, not 1`);
}

/** Names and shapes, each after a free batch dimension, as the card says. */
function checkValues(
  what: string,
  values: readonly OnnxValue[],
  expected: Readonly<Record<string, readonly number[]>>,
): void {
  const names = values.map(({ name }) => name ?? '').join(', ');
  if (names !== Object.keys(expected).join(', '))
    throw new Error(`its network has ${what} ${names} and ${Object.keys(expected).join(', ')} are expected`);
  for (const { name, type } of values) {
    const tensor = type?.tensorType;
    const [batch, ...shape] = tensor?.shape?.dim ?? [];
    const dims = shape.map(({ dimValue }) => dimValue ?? 'free');
    if (tensor?.elemType !== ONNX_FLOAT) throw new Error(`its network's ${name} is not of 32-bit floats`);
    if (batch === undefined || batch.dimValue !== undefined)
      throw new Error(`its network's ${name} has no free batch dimension`);
    if (dims.join() !== expected[name]!.join())
      throw new Error(`its network's ${name} has shape [${dims}] and its card says [${expected[name]}]`);
  }
}

function checkNode({ opType, domain, attribute }: OnnxNode): void {
  if (domain || !ONNX_OPERATORS.has(opType))
    throw new Error(
      `its network uses the operator ${domain ? `${domain}.` : ''}${opType}, which is not known`,
    );
  for (const { name, graph, graphs } of attribute)
    if (graph !== undefined || (graphs?.length ?? 0) > 0)
      throw new Error(`its network hides another network in ${opType}.${name}`);
}

/** Constants lie in the file itself, as raw bytes of the size their shape asks for. */
function checkTensor({ name, dims, dataType, rawData, externalData, dataLocation }: OnnxTensor): void {
  if (externalData?.length || dataLocation)
    throw new Error(`its constant ${name} lies in another file, which is never read`);
  const width = ONNX_BYTES.get(dataType);
  if (width === undefined) throw new Error(`its constant ${name} has element type ${dataType}`);
  const length = dims.reduce((product, dim) => product * dim, width);
  if (rawData?.length !== length)
    throw new Error(`its constant ${name} has ${rawData?.length ?? 0} bytes where ${length} are expected`);
}
