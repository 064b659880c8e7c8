import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

/**
 * Short pieces ("patches") of log-mel frames and the words they are compared with: Coates, Lee & Ng 2011 (An Analysis of
 * Single-Layer Networks in Unsupervised Feature Learning), along time instead of over images.
 */
export interface PatchDictionary {
  /** Frames of a row, and bands of a frame without its mask. */
  readonly frames: number;
  readonly bands: number;
  /** Frames of a patch, and from one patch to the next. */
  readonly width: number;
  readonly stride: number;
  /** Of each band, about the clip's own mean. */
  readonly deviation: Float32Array;
  /** [width, bands, dims] and [dims]: a patch, whitened. */
  readonly whitening: Float32Array;
  readonly offset: Float32Array;
  readonly dims: number;
  /** [dims, words]. */
  readonly centres: Float32Array;
  readonly words: number;
}

/** Values of a clip's summary: each word's mean activation and its deviation. */
export function patchSummarySize({ words }: PatchDictionary): number {
  return 2 * words;
}

/** Clips in a tensor at once. */
const BATCH = 64;

/**
 * What each clip is made of: how much, and how unevenly, each word of the dictionary is heard in it.
 *
 * A patch activates a word as far as it lies nearer to it than to the words on average ("triangle" activation).
 *
 * @param rows  clips × frames × (bands + 1), the last column 1 where there is sound
 * @returns clips × 2 · words
 */
export async function patchSummaries(
  tf: TensorFlow,
  dictionary: PatchDictionary,
  rows: Float32Array,
): Promise<Float32Array> {
  const { frames, bands } = dictionary;
  const [rowSize, size] = [frames * (bands + 1), patchSummarySize(dictionary)];
  const clips = rows.length / rowSize;
  const all = new Float32Array(clips * size);
  for (let first = 0; first < clips; first += BATCH) {
    const end = Math.min(clips, first + BATCH);
    const tensor = tf.tidy(() =>
      summaries(
        tf,
        dictionary,
        tf.tensor3d(rows.subarray(first * rowSize, end * rowSize), [end - first, frames, bands + 1]),
      ),
    );
    all.set(await tensor.data<'float32'>(), first * size);
    tensor.dispose();
  }
  return all;
}

function summaries(tf: TensorFlow, dictionary: PatchDictionary, rows: Tensor3D): Tensor2D {
  const { frames, bands, width, stride, dims, words } = dictionary;
  const mask = rows.slice([0, 0, bands], [-1, frames, 1]);
  const whitened = tf
    .conv1d(
      centred(tf, dictionary, rows),
      tf.tensor3d(dictionary.whitening, [width, bands, dims]),
      stride,
      'valid',
    )
    .add(tf.tensor1d(dictionary.offset)) as Tensor3D;
  const patches = whitened.shape[1]!;
  const centres = tf.tensor2d(dictionary.centres, [dims, words]);
  const products = tf.matMul(whitened.reshape([-1, dims]) as Tensor2D, centres).reshape([-1, patches, words]);
  const distances = whitened
    .square()
    .sum(2, true)
    .sub(products.mul(2))
    .add(centres.square().sum(0))
    .relu()
    .sqrt();
  const activations = distances.mean(2, true).sub(distances).relu();
  const span = stride * (patches - 1) + 1;
  const begins = mask.stridedSlice([0, 0, 0], [rows.shape[0], span, 1], [1, stride, 1]);
  const ends = mask.stridedSlice([0, width - 1, 0], [rows.shape[0], width - 1 + span, 1], [1, stride, 1]);
  const heard = begins.mul(ends);
  const count = heard.sum(1, true).maximum(1);
  const mean = activations.mul(heard).sum(1, true).div(count);
  const deviation = activations.sub(mean).square().mul(heard).sum(1, true).div(count).sqrt();
  return tf.concat([mean, deviation], 2).reshape([-1, 2 * words]) as Tensor2D;
}

/** Bands about the clip's own mean, in the training clips' deviations; padding stays 0. */
function centred(tf: TensorFlow, { frames, bands, deviation }: PatchDictionary, rows: Tensor3D): Tensor3D {
  const mask = rows.slice([0, 0, bands], [-1, frames, 1]);
  const levels = rows.slice([0, 0, 0], [-1, frames, bands]).mul(mask);
  const mean = levels.sum(1, true).div(mask.sum(1, true).maximum(1));
  return levels.sub(mean).mul(mask).div(tf.tensor1d(deviation)) as Tensor3D;
}
