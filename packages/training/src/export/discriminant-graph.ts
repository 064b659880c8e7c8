import { ONNX_SPEAKER_WEIGHT, type OnnxGraph } from '@prosodia/contracts';
import type { Discriminant } from '../learners/discriminant.js';
import { type ColumnStatistics, FARTHEST } from '../learners/speaker-normalise.js';
import { floatValue, GraphBuilder } from './graph-builder.js';
import { addActivation } from './layers/activation.js';

/** Where the clip statistics enter. */
export const FUNCTIONALS_INPUT = 'functionals';

/** One classifier and what its rows are normalised by. */
export interface DiscriminantPart {
  readonly trained: Discriminant;
  readonly temperature: number;
  readonly population: ColumnStatistics;
}

/**
 * Two discriminants as one graph: `plain` for a clip alone, `speaker` for a clip of a person whose statistics are given.
 *
 * Inputs `functionals`, `functionals.mean`, `functionals.deviation` [batch, size] and `speaker.weight` [batch, 1]; the
 * speaker's statistics are shrunk toward the population as the model card says.
 */
export function discriminantGraph(plain: DiscriminantPart, speaker: DiscriminantPart): OnnxGraph {
  const graph = new GraphBuilder();
  const { size, classes } = plain.trained;
  const [mean, deviation] = ['mean', 'deviation'].map((name) => `${FUNCTIONALS_INPUT}.${name}`) as [
    string,
    string,
  ];
  const constants = (prefix: string, { mean: m, deviation: d }: ColumnStatistics) => ({
    mean: graph.floats(`${prefix}/mean`, Float32Array.from(m), [size]),
    deviation: graph.floats(`${prefix}/deviation`, Float32Array.from(d), [size]),
  });
  const limits = [
    graph.floats('lowest', Float32Array.of(-FARTHEST), []),
    graph.floats('highest', Float32Array.of(FARTHEST), []),
  ];
  const normalise = (output: string, by: { mean: string; deviation: string }) => {
    const centred = graph.node('Sub', `${output}/centred`, [FUNCTIONALS_INPUT, by.mean]);
    return graph.node('Clip', output, [
      graph.node('Div', `${output}/scaled`, [centred, by.deviation]),
      ...limits,
    ]);
  };
  const classify = (prefix: string, embedding: string, names: [string, string], part: DiscriminantPart) => {
    const product = graph.node('MatMul', `${prefix}/product`, [
      embedding,
      graph.floats(`${prefix}/kernel`, transposed(part.trained), [size, classes]),
    ]);
    const bias = graph.floats(`${prefix}/bias`, Float32Array.from(part.trained.bias), [classes]);
    const sum = graph.node('Add', `${prefix}/sum`, [product, bias]);
    const temperature = graph.floats(`${prefix}/temperature`, Float32Array.of(part.temperature), []);
    addActivation(graph, 'softmax', names[1], graph.node('Div', names[0], [sum, temperature]));
  };
  classify(
    'plain',
    normalise('embedding', constants('plain', plain.population)),
    ['logits', 'probabilities'],
    plain,
  );
  const population = constants('speaker', speaker.population);
  const shrunk = (name: string, given: string, ours: string) => {
    const difference = graph.node('Sub', `speaker/${name}-difference`, [given, ours]);
    const moved = graph.node('Mul', `speaker/${name}-moved`, [difference, ONNX_SPEAKER_WEIGHT]);
    return graph.node('Add', `speaker/${name}-shrunk`, [moved, ours]);
  };
  const own = {
    mean: shrunk('mean', mean, population.mean),
    deviation: shrunk('deviation', deviation, population.deviation),
  };
  classify('speaker', normalise('speakerEmbedding', own), ['speakerLogits', 'speakerProbabilities'], speaker);
  return graph.build(
    'prosodia',
    [
      ...[FUNCTIONALS_INPUT, mean, deviation].map((name) => floatValue(name, ['batch', size])),
      floatValue(ONNX_SPEAKER_WEIGHT, ['batch', 1]),
    ],
    [
      floatValue('logits', ['batch', classes]),
      floatValue('probabilities', ['batch', classes]),
      floatValue('embedding', ['batch', size]),
      floatValue('speakerLogits', ['batch', classes]),
      floatValue('speakerProbabilities', ['batch', classes]),
      floatValue('speakerEmbedding', ['batch', size]),
    ],
  );
}

/** Learners hold classes × size, ONNX multiplies by size × classes. */
function transposed({ kernel, size, classes }: Discriminant): Float32Array {
  const result = new Float32Array(size * classes);
  for (let c = 0; c < classes; c++)
    for (let at = 0; at < size; at++) result[at * classes + c] = kernel[c * size + at]!;
  return result;
}
