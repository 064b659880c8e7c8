import { ONNX_SPEAKER_WEIGHT, type OnnxGraph } from '@prosodia/contracts';
import type { Discriminant } from '../learners/discriminant.js';
import { KernelHead } from '../learners/kernel-head.js';
import type { KernelMachine } from '../learners/kernel-machine.js';
import type { LdaHead } from '../learners/lda-head.js';
import type { PatchDictionary } from '../learners/patch-dictionary.js';
import { type ColumnStatistics, FARTHEST } from '../learners/speaker-normalise.js';
import { floatValue, GraphBuilder } from './graph-builder.js';
import { addActivation } from './layers/activation.js';
import { addPatchSummary } from './patch-graph.js';

/** Where the clip statistics enter, and what frames are called and become. */
export const FUNCTIONALS_INPUT = 'functionals';
export const FRAMES_INPUT = 'frames';
export const PATCHES = 'patches';

/** One head of a branch. */
export interface DiscriminantPart {
  /** The vector it takes: `functionals` or `patches`. */
  readonly vector: string;
  readonly head: LdaHead | KernelHead;
  /** All shares of a branch sum to 1. */
  readonly share: number;
}

export interface DiscriminantBranches {
  /** For a clip alone, and for a clip of a person whose statistics are given. */
  readonly plain: readonly DiscriminantPart[];
  readonly speaker: readonly DiscriminantPart[];
  /** Of each branch's mixture: its probabilities are softmax(logits / temperature). */
  readonly temperatures: { readonly plain: number; readonly speaker: number };
  /** Makes `patches` of `frames`, where a head takes them. */
  readonly dictionary?: PatchDictionary | undefined;
}

/** Probabilities below are not told apart from none. */
const TINY = 1e-30;

/**
 * Two mixtures of discriminants as one graph: `plain` for a clip alone, `speaker` for a clip of a person whose statistics
 * are given.
 *
 * Inputs `functionals` [batch, size] and, for heads on patches, `frames` [batch, frames, bands + 1]; the mean and the
 * deviation of the speaker's vectors, `functionals.mean` and so on, and `speaker.weight` [batch, 1]; the
 * statistics are shrunk toward the population as the model card says.
 */
export function discriminantGraph(branches: DiscriminantBranches): OnnxGraph {
  const graph = new GraphBuilder();
  const { plain, speaker, dictionary, temperatures } = branches;
  if (dictionary) addPatchSummary(graph, FRAMES_INPUT, PATCHES, dictionary);
  const vectors = vectorsOf(branches);
  const names = ['logits', 'probabilities', 'embedding'] as const;
  addBranch(graph, { name: 'plain', parts: plain, temperature: temperatures.plain }, names, (part) =>
    constantsOf(graph, `plain/${part.vector}`, part.head.population),
  );
  const outputs = ['speakerLogits', 'speakerProbabilities', 'speakerEmbedding'] as const;
  addBranch(graph, { name: 'speaker', parts: speaker, temperature: temperatures.speaker }, outputs, (part) =>
    shrunkTo(graph, part),
  );
  const { classes } = plain[0]!.head.trained;
  const answers = (
    branch: readonly DiscriminantPart[],
    [logits, probabilities, embedding]: readonly string[],
  ) => [
    floatValue(logits!, ['batch', classes]),
    floatValue(probabilities!, ['batch', classes]),
    floatValue(embedding!, ['batch', embeddingSizeOf(branch)]),
  ];
  return graph.build(
    'prosodia',
    [
      floatValue(FUNCTIONALS_INPUT, ['batch', vectors.get(FUNCTIONALS_INPUT)!]),
      ...(dictionary ? [floatValue(FRAMES_INPUT, ['batch', dictionary.frames, dictionary.bands + 1])] : []),
      ...[...vectors].flatMap(([name, size]) =>
        ['mean', 'deviation'].map((statistic) => floatValue(`${name}.${statistic}`, ['batch', size])),
      ),
      floatValue(ONNX_SPEAKER_WEIGHT, ['batch', 1]),
    ],
    [
      ...answers(plain, names),
      ...answers(speaker, outputs),
      ...(dictionary ? [floatValue(PATCHES, ['batch', vectors.get(PATCHES)!])] : []),
    ],
  );
}

/** Vectors whose statistics the speaker's branch takes, and their sizes. */
export function vectorsOf({ plain, speaker }: DiscriminantBranches): Map<string, number> {
  const sizes = [...plain, ...speaker].map(({ vector, head }) => [vector, head.trained.size] as const);
  return new Map(sizes);
}

/** Values that a head's last layer takes: the row itself, or its nearness to each clip that is remembered. */
export function headSizeOf({ head }: DiscriminantPart): number {
  return head instanceof KernelHead ? head.trained.count : head.trained.size;
}

/** Values of a branch's embedding: what the heads' last layers take, one after the other. */
export function embeddingSizeOf(parts: readonly DiscriminantPart[]): number {
  return parts.reduce((sum, part) => sum + headSizeOf(part), 0);
}

interface NormalisedBy {
  readonly mean: string;
  readonly deviation: string;
}

function addBranch(
  graph: GraphBuilder,
  {
    name: branch,
    parts,
    temperature,
  }: { name: string; parts: readonly DiscriminantPart[]; temperature: number },
  [logits, probabilities, embedding]: readonly [string, string, string],
  normalisedBy: (part: DiscriminantPart) => NormalisedBy,
): void {
  const limits = ['lowest', 'highest'].map((name, index) =>
    graph.floats(`${branch}/${name}`, Float32Array.of(index === 0 ? -FARTHEST : FARTHEST), []),
  );
  const rows = parts.map((part) => {
    const by = normalisedBy(part);
    const at = (name: string) => `${branch}/${part.vector}/${name}`;
    const about = graph.node('Sub', at('centred'), [part.vector, by.mean]);
    const row = graph.node('Clip', at('row'), [
      graph.node('Div', at('scaled'), [about, by.deviation]),
      ...limits,
    ]);
    return part.head instanceof KernelHead ? addNearness(graph, at, part.head.trained, row) : row;
  });
  graph.node('Concat', embedding, rows, { axis: 1 });
  const answers = parts.map((part, index) => addHead(graph, branch, part, rows[index]!));
  const mixture = answers.reduce((sum, answer, index) =>
    graph.node('Add', `${branch}/mixture-${index}`, [sum, answer]),
  );
  const floor = graph.floats(`${branch}/tiny`, Float32Array.of(TINY), []);
  graph.node('Log', logits, [graph.node('Add', `${branch}/mixture-kept`, [mixture, floor])]);
  const calibration = graph.floats(`${branch}/temperature`, Float32Array.of(temperature), []);
  const calibrated = graph.node('Div', `${branch}/calibrated`, [logits, calibration]);
  addActivation(graph, 'softmax', probabilities, calibrated);
}

/** exp(−distance²) of a row to each landmark. */
function addNearness(
  graph: GraphBuilder,
  at: (name: string) => string,
  { size, count, scale, landmarks }: KernelMachine,
  row: string,
): string {
  const columns = graph.floats(at('columns'), scale, [size]);
  const turned = new Float32Array(landmarks.length);
  const lengths = new Float32Array(count);
  for (let clip = 0; clip < count; clip++)
    for (let column = 0; column < size; column++) {
      const value = landmarks[clip * size + column]!;
      turned[column * count + clip] = -2 * value;
      lengths[clip]! += value * value;
    }
  const weighed = graph.node('Mul', at('weighed'), [row, columns]);
  const square = graph.node('Mul', at('square'), [weighed, weighed]);
  const length = graph.node('ReduceSum', at('length'), [square, graph.integers(at('axis'), [1])], {
    keepdims: 1,
  });
  const memory = graph.floats(at('landmarks'), turned, [size, count]);
  const others = graph.floats(at('lengths'), lengths, [count]);
  const partly = graph.node('Add', at('lengths-both'), [length, others]);
  const distance = graph.node('Add', at('distance'), [
    partly,
    graph.node('MatMul', at('against'), [weighed, memory]),
  ]);
  const away = graph.floats(at('minus'), Float32Array.of(-1), []);
  return graph.node('Exp', at('nearness'), [graph.node('Mul', at('closeness'), [distance, away])]);
}

/** A head's posteriors, times its share. */
function addHead(graph: GraphBuilder, branch: string, part: DiscriminantPart, row: string): string {
  const { vector, head, share } = part;
  const { classes } = head.trained;
  const { temperature } = head;
  const at = (name: string) => `${branch}/${vector}/${name}`;
  const [weights, offsets] =
    head instanceof KernelHead
      ? [head.trained.coefficients, new Float32Array(classes)]
      : [transposed(head.trained), Float32Array.from(head.trained.bias)];
  const kernel = graph.floats(at('kernel'), weights, [headSizeOf(part), classes]);
  const bias = graph.floats(at('bias'), offsets, [classes]);
  const scores = graph.node('Add', at('scores'), [graph.node('MatMul', at('product'), [row, kernel]), bias]);
  // No node takes them: personalisation reads them out of the file.
  const { directions } = head;
  if (directions)
    graph.floats(at('directions'), Float32Array.from(directions.columns), [
      headSizeOf(part),
      directions.count,
    ]);
  const soft = graph.floats(at('temperature'), Float32Array.of(temperature), []);
  const softened = graph.node('Div', at('softened'), [scores, soft]);
  const answer = addActivation(graph, 'softmax', at('posteriors'), softened);
  return graph.node('Mul', at('shared'), [answer, graph.floats(at('share'), Float32Array.of(share), [])]);
}

function constantsOf(
  graph: GraphBuilder,
  prefix: string,
  { mean, deviation }: ColumnStatistics,
): NormalisedBy {
  return {
    mean: graph.floats(`${prefix}/mean`, Float32Array.from(mean), [mean.length]),
    deviation: graph.floats(`${prefix}/deviation`, Float32Array.from(deviation), [deviation.length]),
  };
}

/** The speaker's statistics, as far as they are known. */
function shrunkTo(graph: GraphBuilder, { vector, head }: DiscriminantPart): NormalisedBy {
  const population = constantsOf(graph, `speaker/${vector}/population`, head.population);
  const shrunk = (name: 'mean' | 'deviation') => {
    const at = (step: string) => `speaker/${vector}/${name}-${step}`;
    const difference = graph.node('Sub', at('difference'), [`${vector}.${name}`, population[name]]);
    const moved = graph.node('Mul', at('moved'), [difference, ONNX_SPEAKER_WEIGHT]);
    return graph.node('Add', at('shrunk'), [moved, population[name]]);
  };
  return { mean: shrunk('mean'), deviation: shrunk('deviation') };
}

/** Learners hold classes × size, ONNX multiplies by size × classes. */
function transposed({ kernel, size, classes }: Discriminant): Float32Array {
  const result = new Float32Array(size * classes);
  for (let c = 0; c < classes; c++)
    for (let at = 0; at < size; at++) result[at * classes + c] = kernel[c * size + at]!;
  return result;
}
