import { recipeSchema } from './recipe.js';

/** A multilayer perceptron on the clip statistics that `base` uses. */
export const functionalsMlp = recipeSchema.parse({
  name: 'functionals-mlp',
  summary: 'Two dense layers on clip statistics, changed voices in training',
  features: {},
  input: { summary: 'functionals' },
  standardize: true,
  augmentation: [
    { kind: 'pitch', semitones: [2, 2], formants: 'keep' },
    { kind: 'pitch', semitones: [-2, -2], formants: 'keep' },
    { kind: 'pitch', semitones: [1.4, 1.4], formants: 'move' },
    { kind: 'pitch', semitones: [-1.6, -1.6], formants: 'move' },
  ],
  model: { kind: 'feedforward', convolutions: [], dense: [128, 64], dropout: 0.5 },
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  batchSize: 64,
  epochs: 40,
  patience: 10,
  monitor: 'accuracy',
});
