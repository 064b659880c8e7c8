import { cnn } from './cnn.js';
import { recipeSchema } from './recipe.js';

/** The frames of `cnn`, read both ways, with attention over time. */
export const bilstmAttention = recipeSchema.parse({
  name: 'bilstm-attention',
  summary: 'An LSTM both ways along log-mel levels, attention over time',
  features: cnn.features,
  input: cnn.input,
  standardize: true,
  augmentation: [],
  model: { kind: 'bilstm-attention', lstm: [64], attention: 32, dense: [64], dropout: 0.4 },
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  batchSize: 32,
  epochs: 60,
  patience: 15,
  monitor: 'accuracy',
});
