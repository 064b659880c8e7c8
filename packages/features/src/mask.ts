import type { FeatureMatrix } from '@prosodia/contracts';
import { drawer } from './draw.js';
import { expect } from './expect.js';

export interface MaskOptions {
  /** Masks over frames, and over coefficients. */
  readonly timeMasks?: number | undefined;
  readonly bandMasks?: number | undefined;
  /** The widest mask, in frames (and at most a fifth of them), and in coefficients. */
  readonly maxFrames?: number | undefined;
  readonly maxBands?: number | undefined;
  /** 0 to 2^32 − 1. */
  readonly seed?: number | undefined;
}

/**
 * A copy of a feature matrix with stretches of time and of frequency blotted out by each coefficient's own mean.
 *
 * SpecAugment's time and frequency masking (Park et al. 2019, Interspeech, section 2); warping is what `stretch` is for.
 * The same seed gives the same bytes anywhere.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for a count, width or seed that is no whole number from 0
 * @example
 * const matrix = { data: new Float32Array(40 * 13), frames: 40, coefficients: 13 };
 * maskFeatures(matrix, { timeMasks: 2, maxFrames: 5, bandMasks: 1, maxBands: 3, seed: 1 }).frames // 40
 */
export function maskFeatures(matrix: FeatureMatrix, options: MaskOptions = {}): FeatureMatrix {
  const { timeMasks = 2, bandMasks = 2, maxFrames = 20, maxBands = 8, seed = 0 } = options;
  for (const [name, value] of Object.entries({ timeMasks, bandMasks, maxFrames, maxBands, seed }))
    expect(
      Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff,
      `a whole number from 0 for ${name}`,
      value,
    );
  const { frames, coefficients } = matrix;
  const means = meansOf(matrix);
  const data = matrix.data.slice();
  const draw = drawer(seed);
  const blot = (firstFrame: number, lastFrame: number, firstBand: number, lastBand: number) => {
    for (let frame = firstFrame; frame < lastFrame; frame++)
      for (let band = firstBand; band < lastBand; band++) data[frame * coefficients + band] = means[band]!;
  };
  for (let i = 0; i < timeMasks; i++) {
    const [first, end] = range(draw, frames, Math.min(maxFrames, Math.floor(frames / 5)));
    blot(first, end, 0, coefficients);
  }
  for (let i = 0; i < bandMasks; i++) {
    const [first, end] = range(draw, coefficients, Math.min(maxBands, coefficients));
    blot(0, frames, first, end);
  }
  return { data, frames, coefficients };
}

/** A width from 0 to `widest`, at a place where it fits. */
function range(draw: () => number, count: number, widest: number): [number, number] {
  const width = Math.floor(draw() * (widest + 1));
  const first = Math.floor(draw() * (count - width + 1));
  return [first, first + width];
}

function meansOf({ data, frames, coefficients }: FeatureMatrix): Float64Array {
  const means = new Float64Array(coefficients);
  data.forEach((value, i) => {
    means[i % coefficients]! += value / frames;
  });
  return means;
}
