import type { NetworkInput } from '@prosodia/contracts';
import { featureCount } from '@prosodia/features';
import type { Recipe } from '../recipes/recipe.js';

/** A recipe's input as the model card states it: means are read one coefficient a step, frames one frame a step. */
export function networkInputOf({ features, input }: Recipe): NetworkInput {
  const coefficients = featureCount(features);
  return input.summary === 'mean'
    ? { features, summary: 'mean', shape: [coefficients, 1] }
    : { features, summary: 'frames', frames: input.frames, shape: [input.frames, coefficients] };
}
