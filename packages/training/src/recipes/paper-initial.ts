import { PAPER_FITTING, PAPER_INPUT, paperModel } from './paper.js';
import { recipeSchema } from './recipe.js';

/** Figures 12 and 13: the initial model on the recordings alone. The paper reports below 35 %. */
export const paperInitial = recipeSchema.parse({
  name: 'paper-initial',
  summary: "The paper's initial LSTM (125,320 parameters), no augmentation",
  ...PAPER_INPUT,
  augmentation: [],
  model: paperModel(128),
  ...PAPER_FITTING,
  epochs: 50,
  patience: 5,
});
