import { recipeSchema } from './recipe.js';

/** Convolutions along 40 ms steps of log-mel levels. */
export const cnn = recipeSchema.parse({
  name: 'cnn',
  summary: 'Three convolutions along log-mel levels, their mean over time',
  features: {
    ...{ kind: 'logmel', sampleRateHz: 16_000, nFft: 512, winLength: 400, hopLength: 160 },
    ...{ nMels: 40, fMinHz: 50, fMaxHz: 8_000 },
  },
  input: { summary: 'sequence', trimDb: 35, poolFrames: 4, frames: 80 },
  standardize: true,
  augmentation: [],
  model: {
    kind: 'feedforward',
    convolutions: [
      { filters: 64, width: 5, pool: 2 },
      { filters: 96, width: 3, pool: 2 },
      { filters: 128, width: 3, pool: 1 },
    ],
    dense: [64],
    dropout: 0.3,
  },
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  batchSize: 32,
  epochs: 60,
  patience: 15,
  monitor: 'accuracy',
});
