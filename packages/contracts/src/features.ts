import { z } from 'zod';

/** Even numbers from 64 to 16,384 without a prime factor above 7. */
const FFT_SIZES = Array.from({ length: 8_161 }, (_, i) => 64 + 2 * i).filter((size) => {
  let rest = size;
  for (const factor of [2, 3, 5, 7]) while (rest % factor === 0) rest /= factor;
  return rest === 1;
});

/**
 * How a clip becomes a matrix of frames. Names and defaults are librosa's where librosa has the thing.
 *
 * `kind` `mfcc` gives `nMfcc` coefficients a frame, `logmel` gives `nMels` band levels in dB.
 * `deltas` appends that many orders of librosa's delta (width 9, mode interp) to each frame.
 */
export const featureConfigSchema = z.strictObject({
  kind: z.enum(['mfcc', 'logmel']).default('mfcc'),
  /** Every clip is resampled to this rate first. */
  sampleRateHz: z.number().int().min(1_000).max(768_000).default(22_050),
  nMfcc: z.number().int().min(1).max(512).default(13),
  /** FFT size in samples: an even product of 2, 3, 5 and 7 from 64 to 16,384; powers of two are the fastest. */
  nFft: z
    .number()
    .int()
    .refine((n) => FFT_SIZES.includes(n), 'an even product of 2, 3, 5 and 7 from 64 to 16384')
    .meta({ enum: FFT_SIZES })
    .default(2048),
  /** Window length in samples, at most nFft; the window is centred in the FFT. */
  winLength: z.number().int().min(2).optional(),
  /** Samples from one frame to the next. */
  hopLength: z.number().int().min(1).max(65_536).default(512),
  nMels: z.number().int().min(1).max(512).default(128),
  fMinHz: z.number().min(0).default(0),
  /** Upper edge of the mel bands; half the sample rate unless given. */
  fMaxHz: z.number().positive().optional(),
  melScale: z.enum(['slaney', 'htk']).default('slaney'),
  melNorm: z.enum(['slaney', 'none']).default('slaney'),
  /** `povey` (Kaldi's, a Hann window to the power 0.85) needs a `framing`. */
  window: z.enum(['hann', 'hamming', 'povey']).default('hann'),
  /** Range in dB kept below the clip's loudest mel cell; null keeps everything. */
  topDb: z.number().positive().nullable().default(80),
  /** True: frame t is centred on sample t · hopLength, with zeros beyond the clip's ends. */
  center: z.boolean().default(true),
  /** y[n] = x[n] − preEmphasis · x[n−1] before framing; 0 leaves the signal alone. */
  preEmphasis: z.number().min(0).max(1).default(0),
  deltas: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(0),
  /**
   * librosa's frames unless given. `kaldi`, `htk`: frames as speech recognisers make them, each for itself: winLength
   * samples from t · hopLength (only whole ones, at least one), without their mean (`kaldi`), emphasised, under a
   * symmetric window; mel triangles straight over mel; natural logarithms of energies from 2^-23 up; in `htk` all
   * cosines weigh alike. Needs `center: false` and `topDb: null`.
   */
  framing: z.enum(['kaldi', 'htk']).optional(),
  /** Coefficient c times 1 + lifter / 2 · sin(π · c / lifter), as Kaldi and HTK do (22); needs a `framing`. */
  lifter: z.number().positive().max(1_000).optional(),
});

/** A complete feature configuration, every default filled in. */
export type FeatureConfig = z.output<typeof featureConfigSchema>;

/** What a caller may write: any subset of the fields. */
export type FeatureOptions = z.input<typeof featureConfigSchema>;

/** Row-major frames × coefficients. */
export interface FeatureMatrix {
  readonly data: Float32Array;
  readonly frames: number;
  readonly coefficients: number;
}

/** Shape of one row without the batch, as the ONNX graph takes it. */
const rowShape = z.array(z.number().int().min(1)).min(1).max(4);

/** Names the set of clip statistics a model was made for, and their order. */
export const FUNCTIONALS_VERSION = 'functionals-2';

/**
 * How a clip becomes one row of a network's input.
 *
 * `mean`: the coefficients averaged over all frames, shape (coefficients, 1): the paper's input.
 * `frames`: the matrix cut or zero-padded at its end to `frames` rows, shape (frames, coefficients).
 * `functionals`: the clip's statistics, shape (statistics).
 * `sequence`: silent edges (trimDb below the loudest part) left out, poolFrames neighbouring frames averaged (levels as
 * powers), centred in `frames` steps; shape (frames, coefficients + 1), the last column 1 where there is sound and 0 in
 * the padding.
 */
export const networkInputSchema = z.discriminatedUnion('summary', [
  z.strictObject({ summary: z.literal('mean'), features: featureConfigSchema, shape: rowShape }),
  z.strictObject({
    summary: z.literal('frames'),
    features: featureConfigSchema,
    frames: z.number().int().min(1).max(100_000),
    shape: rowShape,
  }),
  z.strictObject({
    summary: z.literal('functionals'),
    version: z.literal(
      FUNCTIONALS_VERSION,
      `Expected ${FUNCTIONALS_VERSION}, the statistics that this version makes: train the model again`,
    ),
    /** Groups of statistics, in the vector's order; all of them unless given. */
    groups: z.array(z.string().min(1)).min(1).max(64).optional(),
    shape: rowShape,
  }),
  z.strictObject({
    summary: z.literal('sequence'),
    features: featureConfigSchema,
    trimDb: z.number().positive().max(1_000),
    poolFrames: z.number().int().min(1).max(1_000),
    frames: z.number().int().min(1).max(100_000),
    shape: rowShape,
  }),
]);

export type NetworkInput = z.output<typeof networkInputSchema>;
