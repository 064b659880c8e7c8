import { cnn } from './cnn.js';
import { recipeSchema } from './recipe.js';

/** The frames of `cnn`, each looking at all the others; the shallow exit learns from the deep one. */
export const attention = recipeSchema.parse({
  name: 'attention',
  summary: 'Self-attention along log-mel levels, its shallow exit taught by the answer (self-distillation)',
  features: cnn.features,
  input: cnn.input,
  standardize: true,
  augmentation: [],
  model: { kind: 'attention', filters: 64, width: 5, heads: 4, blocks: 2, attention: 32, dropout: 0.3 },
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  selfDistillation: { weight: 1, temperature: 2 },
  batchSize: 32,
  epochs: 60,
  patience: 15,
  monitor: 'accuracy',
});
