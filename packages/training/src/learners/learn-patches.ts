import { ProsodiaError } from '@prosodia/contracts';
import type { Tensor2D } from '@tensorflow/tfjs';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { loadTensorflow, type TensorFlow } from '../engine/backend.js';
import type { SideRows } from '../protocol/feature-bank.js';
import type { TrainingSide } from '../protocol/side.js';
import { Random } from '../random.js';
import { type PatchDictionary, patchSummaries, patchSummarySize } from './patch-dictionary.js';
import type { FittedSummary, Summary } from './summary.js';

export interface PatchOptions {
  /** Frames of a patch, and from one to the next. */
  readonly width: number;
  readonly stride: number;
  /** Directions kept of the whitened patches, and words they are compared with, both at most. */
  readonly dims: number;
  readonly words: number;
}

/** Summaries by a dictionary that was learned. */
export interface FittedPatches extends FittedSummary {
  readonly dictionary: PatchDictionary;
}

/** Patches drawn of each training clip. */
const PER_CLIP = 20;

/** Variance added to each direction, as a share of the mean: noise is not blown up. */
const FLOOR = 0.1;

const ROUNDS = 12;

/** Patches for each word below which there are fewer words. */
const PATCHES_A_WORD = 4;

/** Summaries by a dictionary of patches, which is learned from the training clips without their labels. */
export function patches(name: string, input: string, options: PatchOptions): Summary {
  const learn = async (train: TrainingSide, seed: number): Promise<FittedPatches> => {
    const { tf } = await loadTensorflow();
    const { inputs, rowShape } = train.rows(input);
    const dictionary = learnPatches(tf, inputs, rowShape, options, new Random(seed, 'patches'));
    const vectors = ({ inputs: rows }: SideRows) => patchSummaries(tf, dictionary, rows);
    const known = new Map<number, Promise<Float32Array>>();
    const ofTraining = (copy: number) => {
      const found = known.get(copy) ?? vectors(train.rows(input, copy));
      known.set(copy, found);
      return found;
    };
    return { dictionary, size: patchSummarySize(dictionary), ofTraining, vectors };
  };
  // A model's two branches are fitted on the same side: what is learned of it is the same.
  const learned = new WeakMap<TrainingSide, { seed: number; fitted: Promise<FittedPatches> }>();
  return {
    ...{ name, input, identity: ['patches', 1, options, PER_CLIP, FLOOR, ROUNDS] },
    fit: (train, { seed }): Promise<FittedPatches> => {
      const before = learned.get(train);
      if (before?.seed === seed) return before.fitted;
      const fitted = learn(train, seed);
      learned.set(train, { seed, fitted });
      return fitted;
    },
  };
}

/**
 * A dictionary: patches drawn from the clips, whitened by their principal directions, then k-means.
 *
 * @param rows      clips × frames × (bands + 1), the last column 1 where there is sound
 * @param rowShape  [frames, bands + 1]
 * @throws ProsodiaError CORPUS when the clips hold too few patches
 */
export function learnPatches(
  tf: TensorFlow,
  rows: Float32Array,
  rowShape: readonly number[],
  { width, stride, dims, words }: PatchOptions,
  random: Random,
): PatchDictionary {
  const [frames, bands] = [rowShape[0]!, rowShape[1]! - 1];
  const clips = soundingFrames(rows, frames, bands);
  const deviation = centreClips(clips, bands);
  const size = width * bands;
  const drawn = drawPatches(clips, bands, width, random);
  const count = drawn.length / size;
  if (count < 2 * PATCHES_A_WORD)
    throw new ProsodiaError('CORPUS', `Expected clips of at least ${width} frames of sound to learn from`);
  const { kernel, offset, kept } = whitener(tf, drawn, size, dims);
  const centres = tf.tidy(() => {
    const whitened = tf.matMul(tf.tensor2d(drawn, [count, size]), tf.tensor2d(kernel, [size, kept]));
    return kMeans(
      tf,
      whitened.add(tf.tensor1d(offset)) as Tensor2D,
      Math.max(2, Math.min(words, Math.floor(count / PATCHES_A_WORD))),
      random,
    );
  });
  return {
    ...{ frames, bands, width, stride, deviation },
    ...{ whitening: kernel, offset, dims: kept, centres, words: centres.length / kept },
  };
}

/** Each clip's frames that are no padding; copies. */
function soundingFrames(rows: Float32Array, frames: number, bands: number): Float32Array[] {
  const columns = bands + 1;
  return Array.from({ length: rows.length / (frames * columns) }, (_, clip) => {
    const values: number[] = [];
    for (let frame = clip * frames; frame < (clip + 1) * frames; frame++)
      if (rows[frame * columns + bands]! > 0)
        for (let band = 0; band < bands; band++) values.push(rows[frame * columns + band]!);
    return Float32Array.from(values);
  });
}

/** Takes each clip's own mean away and divides by the deviation that all clips together then have. */
function centreClips(clips: readonly Float32Array[], bands: number): Float32Array {
  const squares = new Float64Array(bands);
  let frames = 0;
  for (const clip of clips) {
    const own = clip.length / bands;
    const mean = new Float64Array(bands);
    for (const [at, value] of clip.entries()) mean[at % bands]! += value / own;
    for (const at of clip.keys()) {
      clip[at]! -= mean[at % bands]!;
      squares[at % bands]! += clip[at]! ** 2;
    }
    frames += own;
  }
  const deviation = Float32Array.from(squares, (sum) => Math.sqrt(sum / Math.max(1, frames)) || 1);
  for (const clip of clips) for (const at of clip.keys()) clip[at]! /= deviation[at % bands]!;
  return deviation;
}

function drawPatches(
  clips: readonly Float32Array[],
  bands: number,
  width: number,
  random: Random,
): Float32Array {
  const size = width * bands;
  const found = clips.flatMap((clip) => {
    const places = Math.max(0, clip.length / bands - width + 1);
    return Array.from(random.permutation(places).subarray(0, PER_CLIP), (place) =>
      clip.subarray(place * bands, place * bands + size),
    );
  });
  const drawn = new Float32Array(found.length * size);
  for (const [index, patch] of found.entries()) drawn.set(patch, index * size);
  return drawn;
}

/** The projection onto the strongest directions, each brought to about unit variance. */
function whitener(tf: TensorFlow, drawn: Float32Array, size: number, dims: number) {
  const count = drawn.length / size;
  const [mean, covariance] = tf.tidy(() => {
    const all = tf.tensor2d(drawn, [count, size]);
    const average = all.mean(0);
    const about = all.sub(average) as Tensor2D;
    return [average.dataSync<'float32'>(), tf.matMul(about, about, true).div(count).dataSync<'float32'>()];
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(size, size, covariance),
    { assumeSymmetric: true },
  );
  // They come the weakest first.
  const kept = Math.min(dims, size);
  const values = realEigenvalues.slice(size - kept).reverse();
  const floor = (FLOOR * values.reduce((sum, value) => sum + value, 0)) / kept;
  const kernel = new Float32Array(size * kept);
  const offset = new Float32Array(kept);
  for (let dim = 0; dim < kept; dim++) {
    const scale = 1 / Math.sqrt(Math.max(0, values[dim]!) + floor);
    for (let at = 0; at < size; at++) {
      const weight = scale * eigenvectorMatrix.get(at, size - 1 - dim);
      kernel[at * kept + dim] = weight;
      offset[dim]! -= weight * mean[at]!;
    }
  }
  return { kernel, offset, kept };
}

/** Lloyd's algorithm from rows drawn at random; returns the centres, dims × words. */
function kMeans(tf: TensorFlow, rows: Tensor2D, words: number, random: Random): Float32Array {
  const [count, dims] = rows.shape;
  const values = rows.dataSync<'float32'>();
  const centres = new Float32Array(words * dims);
  for (const [word, row] of random.permutation(count).subarray(0, words).entries())
    centres.set(values.subarray(row * dims, (row + 1) * dims), word * dims);
  for (let round = 0; round < ROUNDS; round++) {
    const nearest = tf.tidy(() => {
      const all = tf.tensor2d(centres, [words, dims]);
      return tf.matMul(rows, all, false, true).mul(2).sub(all.square().sum(1)).argMax(1).dataSync();
    });
    const sums = new Float64Array(words * dims);
    const counts = new Float64Array(words);
    for (let row = 0; row < count; row++) {
      const word = nearest[row]!;
      counts[word]! += 1;
      for (let dim = 0; dim < dims; dim++) sums[word * dims + dim]! += values[row * dims + dim]!;
    }
    // A word that is nearest to nothing stays where it is.
    for (const [at, sum] of sums.entries()) {
      const members = counts[Math.floor(at / dims)]!;
      if (members > 0) centres[at] = sum / members;
    }
  }
  return tf.tidy(() => tf.tensor2d(centres, [words, dims]).transpose().dataSync<'float32'>());
}
