import { FUNCTIONALS_VERSION, type NetworkInput } from '@prosodia/contracts';
import { type FunctionalGroup, featureCount, functionalNames } from '@prosodia/features';
import type { Recipe } from '../recipes/recipe.js';

/** A recipe's input as the model card states it: means are read one coefficient a step, frames one frame a step. */
export function networkInputOf({ features, input }: Recipe): NetworkInput {
  switch (input.summary) {
    case 'mean':
      return { features, summary: 'mean', shape: [featureCount(features), 1] };
    case 'frames':
      return { features, ...input, shape: [input.frames, featureCount(features)] };
    case 'sequence':
      return { features, ...input, shape: [input.frames, featureCount(features) + 1] };
    case 'functionals': {
      // The names are checked where the statistics are computed.
      const names = functionalNames(input.groups as FunctionalGroup[] | undefined);
      return { ...input, version: FUNCTIONALS_VERSION, shape: [names.length] };
    }
  }
}
