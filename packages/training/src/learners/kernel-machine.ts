import { setImmediate } from 'node:timers/promises';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';
import { type SymmetricBlocks, solveBlocks } from './block-cholesky.js';

/** Scores that are sums over remembered clips: Σ exp(−|scale ⊙ x − landmark|²) · coefficients. */
export interface KernelMachine {
  /** Values of a row. */
  readonly size: number;
  readonly classes: number;
  /** [size]: how much each column counts in the distance. */
  readonly scale: Float32Array;
  /** [count, size]: rows that were learned from, scaled. */
  readonly landmarks: Float32Array;
  readonly count: number;
  /** [count, classes]. */
  readonly coefficients: Float32Array;
}

/** Rows whose distances are in memory at once. */
const BLOCK = 256;

/** How much a column's power to tell the classes counts: 0 would leave all alike. */
const SHARPNESS = 0.25;

/**
 * How much each column counts: the fourth root of its variance between the classes over that within them, all together such
 * that two rows drawn at random are at a mean squared distance of 1.
 *
 * @param rows        rows × size, normalised
 * @param rowClasses  of each row
 */
export function columnScale(
  rows: Float32Array,
  size: number,
  rowClasses: ArrayLike<number>,
  classes: number,
): Float32Array {
  const count = rowClasses.length;
  const members = new Float64Array(classes);
  const sums = new Float64Array(classes * size);
  const squares = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    members[rowClasses[row]!]! += 1;
    for (let at = 0; at < size; at++) {
      const value = rows[row * size + at]!;
      sums[rowClasses[row]! * size + at]! += value;
      squares[at]! += value * value;
    }
  }
  const scale = new Float64Array(size);
  let distance = 0;
  for (let at = 0; at < size; at++) {
    let total = 0;
    let explained = 0;
    for (let c = 0; c < classes; c++) {
      const sum = sums[c * size + at]!;
      total += sum;
      explained += members[c]! > 0 ? (sum * sum) / members[c]! : 0;
    }
    const all = squares[at]! - (total * total) / count;
    const between = explained - (total * total) / count;
    scale[at] = Math.max(0, between / (all - between + 1e-9)) ** SHARPNESS;
    distance += (2 * scale[at]! ** 2 * all) / count;
  }
  return Float32Array.from(scale, (value) => value / Math.sqrt(distance || 1));
}

/** Training rows beside each other, ready for any ridge. */
export class KernelSystem {
  private constructor(
    private readonly tf: TensorFlow,
    private readonly scale: Float32Array,
    private readonly landmarks: Float32Array,
    private readonly blocks: SymmetricBlocks,
    private readonly rowClasses: ArrayLike<number>,
    private readonly classes: number,
  ) {}

  /**
   * @param rows        rows × scale.length, normalised
   * @param rowClasses  of each row
   */
  static async of(
    tf: TensorFlow,
    rows: Float32Array,
    scale: Float32Array,
    rowClasses: ArrayLike<number>,
    classes: number,
  ): Promise<KernelSystem> {
    const landmarks = scaled(rows, scale);
    const blocks: Tensor2D[][] = [];
    await eachBlock(tf, rows, scale, landmarks, (block) => {
      const columns = Array.from({ length: blocks.length + 1 }, (_, column) => column * BLOCK);
      blocks.push(columns.map((first) => tf.keep(square(block, first))));
    });
    return new KernelSystem(tf, scale, landmarks, blocks, rowClasses, classes);
  }

  /**
   * Kernel ridge regression on the classes' indicators (Saunders et al. 1998), the ridge of a row inverse to the weight that
   * makes the classes equal.
   */
  async solve(ridge: number): Promise<KernelMachine> {
    const { tf, classes, rowClasses } = this;
    const count = rowClasses.length;
    const members = new Float64Array(classes);
    for (let row = 0; row < count; row++) members[rowClasses[row]!]! += 1;
    const ridges = Float32Array.from(
      { length: count },
      (_, row) => (ridge * classes * members[rowClasses[row]!]!) / count,
    );
    const targets = new Float32Array(count * classes).fill(-1 / classes);
    for (let row = 0; row < count; row++) targets[row * classes + rowClasses[row]!]! += 1;
    const solution = tf.tidy(() =>
      solveBlocks(tf, this.blocks, ridges, tf.tensor2d(targets, [count, classes])),
    );
    const coefficients = await solution.data<'float32'>();
    solution.dispose();
    const { scale, landmarks } = this;
    return { size: scale.length, classes, scale, landmarks, count, coefficients };
  }

  dispose(): void {
    this.tf.dispose(this.blocks as Tensor2D[][]);
  }
}

/** The columns from `first` on, as many as a block has. */
function square(block: Tensor2D, first: number): Tensor2D {
  return block.slice([0, first], [-1, Math.min(BLOCK, block.shape[1] - first)]);
}

/** Scores of normalised rows, rows × classes. */
export async function kernelScores(
  tf: TensorFlow,
  { scale, landmarks, coefficients, count, classes }: KernelMachine,
  rows: Float32Array,
): Promise<Float32Array> {
  const kernel = tf.tensor2d(coefficients, [count, classes]);
  const scores = new Float32Array((rows.length / scale.length) * classes);
  await eachBlock(tf, rows, scale, landmarks, (block, first) => {
    scores.set(block.matMul(kernel).dataSync<'float32'>(), first * classes);
  });
  kernel.dispose();
  return scores;
}

/** exp(−distance²) of some rows at a time to every landmark, [rows, landmarks]. */
async function eachBlock(
  tf: TensorFlow,
  rows: Float32Array,
  scale: Float32Array,
  landmarks: Float32Array,
  use: (block: Tensor2D, first: number) => void,
): Promise<void> {
  const size = scale.length;
  const all = tf.tensor2d(landmarks, [landmarks.length / size, size]);
  const lengths = tf.tidy(() => all.square().sum(1));
  for (let first = 0; first < rows.length / size; first += BLOCK) {
    const own = scaled(rows.subarray(first * size, (first + BLOCK) * size), scale);
    tf.tidy(() => {
      const block = tf.tensor2d(own, [own.length / size, size]);
      const distances = block
        .square()
        .sum(1, true)
        .add(lengths)
        .sub(tf.matMul(block, all, false, true).mul(2));
      // Rounding must not let a row be nearer to another than to itself.
      use(distances.relu().neg().exp() as Tensor2D, first);
    });
    await setImmediate();
  }
  tf.dispose([all, lengths]);
}

function scaled(rows: Float32Array, scale: Float32Array): Float32Array {
  return rows.map((value, at) => value * scale[at % scale.length]!);
}
