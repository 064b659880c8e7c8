import { PAPER_AUGMENTATION, PAPER_FITTING, PAPER_INPUT, paperModel } from './paper.js';
import { recipeSchema } from './recipe.js';

/** Figure 15: the initial model on four times the data. The paper reports about 55 %. */
export const paperInitialAugmented = recipeSchema.parse({
  name: 'paper-initial-augmented',
  summary: "The paper's initial LSTM (125,320 parameters), data augmented four times",
  ...PAPER_INPUT,
  augmentation: [...PAPER_AUGMENTATION],
  model: paperModel(128),
  ...PAPER_FITTING,
  epochs: 50,
  patience: 5,
});
