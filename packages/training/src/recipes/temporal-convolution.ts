import { recipeSchema } from './recipe.js';

/** TIM-Net's kind of network on its kind of input: 39 cepstral coefficients along time. */
export const temporalConvolution = recipeSchema.parse({
  name: 'temporal-convolution',
  summary:
    "Gated dilated convolutions both ways along time, scales added by learned weights (TIM-Net's kind)",
  features: {
    ...{ kind: 'mfcc', sampleRateHz: 16_000, nFft: 512, winLength: 400, hopLength: 160 },
    ...{ nMfcc: 39, nMels: 64, fMinHz: 50, fMaxHz: 8_000 },
  },
  input: { summary: 'sequence', trimDb: 35, poolFrames: 6, frames: 54 },
  standardize: true,
  augmentation: [],
  model: { kind: 'temporal-convolution', filters: 39, width: 2, blocks: 6, dropout: 0.1 },
  optimizer: { kind: 'adam', learningRate: 1e-3, beta1: 0.93, beta2: 0.98 },
  batchSize: 64,
  epochs: 40,
  patience: 12,
  monitor: 'accuracy',
});
