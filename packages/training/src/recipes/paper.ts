import type { AugmentationRule, RecipeOptions } from './recipe.js';

/** The paper's input: thirteen MFCCs of 22,050 Hz audio, each averaged over the clip, librosa's defaults. */
export const PAPER_INPUT = {
  features: { kind: 'mfcc', sampleRateHz: 22_050, nMfcc: 13 },
  input: { summary: 'mean' },
  // Raw coefficients: standardised ones stop the published protocol several points short.
  standardize: false,
} as const satisfies Partial<RecipeOptions>;

/** Noise, pitch and tempo, one variant each: the data become four times as many (the paper's figure 14). */
export const PAPER_AUGMENTATION: readonly AugmentationRule[] = [
  { kind: 'noise', peakShare: 0.035 },
  // librosa's pitch shift moves formants along with the pitch.
  { kind: 'pitch', semitones: [0.7, 4], formants: 'move' },
  { kind: 'stretch', rate: [0.8, 1.2] },
];

export const PAPER_FITTING = {
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  batchSize: 32,
  monitor: 'accuracy',
} as const satisfies Partial<RecipeOptions>;

/** The paper's network with a first LSTM of the given width (figures 12 and 16). */
export function paperModel(firstUnits: number): RecipeOptions['model'] {
  return { kind: 'lstm', lstm: [firstUnits, 64], dense: [128], dropout: 0.2 };
}
