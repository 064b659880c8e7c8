import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { attention } from './attention.js';
import { bilstmAttention } from './bilstm-attention.js';
import { cnn } from './cnn.js';
import { functionalsMlp } from './functionals-mlp.js';
import { paperFinal } from './paper-final.js';
import { paperInitial } from './paper-initial.js';
import { paperInitialAugmented } from './paper-initial-augmented.js';
import { type Recipe, recipeSchema } from './recipe.js';
import { temporalConvolution } from './temporal-convolution.js';

export * from './recipe.js';

/** The recipes this package ships, by name. */
export const RECIPES: Readonly<Record<string, Recipe>> = Object.fromEntries(
  [
    ...[paperInitial, paperInitialAugmented, paperFinal, functionalsMlp, cnn, bilstmAttention],
    ...[temporalConvolution, attention],
  ].map((recipe) => [recipe.name, recipe]),
);

/**
 * A recipe by its name, or a recipe of one's own, checked and completed.
 *
 * @throws ProsodiaError INVALID_ARGUMENT naming the recipes there are, or the field that is wrong
 */
export function resolveRecipe(recipe: unknown): Recipe {
  if (typeof recipe !== 'string') return parseWith(recipeSchema, recipe, 'recipe');
  const known = Object.hasOwn(RECIPES, recipe) ? RECIPES[recipe] : undefined;
  if (!known)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected one of ${Object.keys(RECIPES).join(', ')} for recipe but received "${recipe}"`,
    );
  return known;
}
