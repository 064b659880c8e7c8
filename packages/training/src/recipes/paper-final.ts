import { PAPER_AUGMENTATION, PAPER_FITTING, PAPER_INPUT, paperModel } from './paper.js';
import { recipeSchema } from './recipe.js';

/** Figures 16 to 18: the final model. The paper reports 72.66 % under the protocol `augmented-random`. */
export const paperFinal = recipeSchema.parse({
  name: 'paper-final',
  summary: "The paper's final LSTM (355,720 parameters), data augmented four times",
  ...PAPER_INPUT,
  augmentation: [...PAPER_AUGMENTATION],
  model: paperModel(256),
  ...PAPER_FITTING,
  epochs: 125,
  patience: 10,
});
