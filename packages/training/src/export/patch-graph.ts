import type { PatchDictionary } from '../learners/patch-dictionary.js';
import type { GraphBuilder } from './graph-builder.js';

/**
 * Adds what `patchSummaries` computes.
 *
 * @param input   value [batch, frames, bands + 1], the last column the mask
 * @param output  name of the summary, [batch, 2 · words]
 */
export function addPatchSummary(
  graph: GraphBuilder,
  input: string,
  output: string,
  dictionary: PatchDictionary,
): string {
  const { bands, width, stride, dims, words } = dictionary;
  const at = (name: string) => `${output}/${name}`;
  const axis = (index: number) => graph.integers(at(`axis-${index}`), [index]);
  const [time, column] = [axis(1), axis(2)];
  const op = (opType: string, name: string, ...inputs: string[]) => graph.node(opType, at(name), inputs);
  const sum = (name: string, value: string, along: string) => op('ReduceSum', name, value, along);
  const one = graph.floats(at('one'), Float32Array.of(1), []);
  /** At least one: nothing to divide by is nothing heard. */
  const counted = (name: string, value: string) => {
    const above = op('Sub', `${name}-above-one`, sum(`${name}-sum`, value, time), one);
    return op('Add', name, op('Relu', `${name}-beyond-one`, above), one);
  };
  const slice = (
    name: string,
    from: string,
    begin: number[],
    end: number[],
    along: number[],
    step: number[],
  ) => {
    const lists = { begin, end, along, step };
    const names = Object.entries(lists).map(([list, values]) =>
      graph.integers(at(`${name}-${list}`), values),
    );
    return op('Slice', name, from, ...names);
  };
  const mask = slice('mask', input, [bands], [bands + 1], [2], [1]);
  const levels = op('Mul', 'levels', slice('bands', input, [0], [bands], [2], [1]), mask);
  const mean = op('Div', 'mean', sum('level-sum', levels, time), counted('frames', mask));
  const deviation = graph.floats(at('deviation'), dictionary.deviation, [bands]);
  const centred = op('Div', 'scaled', op('Mul', 'sound', op('Sub', 'about', levels, mean), mask), deviation);
  const kernel = graph.floats(at('whitening'), convolutionKernel(dictionary), [dims, bands, width]);
  const offset = graph.floats(at('offset'), dictionary.offset, [dims]);
  const turned = graph.node('Transpose', at('turned'), [centred], { perm: [0, 2, 1] });
  const convolved = graph.node('Conv', at('convolved'), [turned, kernel, offset], {
    ...{ kernel_shape: [width], strides: [stride] },
  });
  const whitened = graph.node('Transpose', at('whitened'), [convolved], { perm: [0, 2, 1] });
  const twice = graph.floats(
    at('centres-twice'),
    dictionary.centres.map((value) => 2 * value),
    [dims, words],
  );
  const products = op('MatMul', 'products', whitened, twice);
  const squares = sum('squares', op('Mul', 'squared', whitened, whitened), column);
  const lengths = graph.floats(at('centre-squares'), centreSquares(dictionary), [words]);
  const gaps = op('Add', 'gaps', op('Sub', 'gaps-open', squares, products), lengths);
  const distances = op('Sqrt', 'distances', op('Relu', 'gaps-positive', gaps));
  const average = graph.node('ReduceMean', at('average'), [distances], { axes: [2], keepdims: 1 });
  const activations = op('Relu', 'activations', op('Sub', 'nearer', average, distances));
  const span = stride * (patchesOf(dictionary) - 1) + 1;
  const begins = slice('begins', mask, [0], [span], [1], [stride]);
  const ends = slice('ends', mask, [width - 1], [width - 1 + span], [1], [stride]);
  const heard = op('Mul', 'heard', begins, ends);
  const count = counted('patches', heard);
  const pooled = (name: string, value: string) =>
    op('Div', name, sum(`${name}-sum`, op('Mul', `${name}-heard`, value, heard), time), count);
  const activation = pooled('activation', activations);
  const about = op('Sub', 'activations-about', activations, activation);
  const spread = op('Sqrt', 'spread', pooled('variance', op('Mul', 'variances', about, about)));
  const both = graph.node('Concat', at('both'), [activation, spread], { axis: 2 });
  return graph.node('Squeeze', output, [both, time]);
}

function patchesOf({ frames, width, stride }: PatchDictionary): number {
  return Math.floor((frames - width) / stride) + 1;
}

/** TensorFlow.js holds [width, bands, dims], ONNX [dims, bands, width]. */
function convolutionKernel({ whitening, width, bands, dims }: PatchDictionary): Float32Array {
  const kernel = new Float32Array(whitening.length);
  for (let w = 0; w < width; w++)
    for (let band = 0; band < bands; band++)
      for (let dim = 0; dim < dims; dim++)
        kernel[(dim * bands + band) * width + w] = whitening[(w * bands + band) * dims + dim]!;
  return kernel;
}

function centreSquares({ centres, dims, words }: PatchDictionary): Float32Array {
  const squares = new Float32Array(words);
  for (let dim = 0; dim < dims; dim++)
    for (let word = 0; word < words; word++) squares[word]! += centres[dim * words + word]! ** 2;
  return squares;
}
