import { FUNCTIONALS_VERSION, type NetworkInput, ProsodiaError } from '@prosodia/contracts';
import { type FunctionalGroup, functionalNames } from '@prosodia/features';
import type { Learner } from '../protocol/learner.js';
import { RECIPES } from '../recipes/index.js';
import { recipeLearner } from './recipe-learner.js';
import { shrunkenLda } from './shrunken-lda.js';

export { type Discriminant, fitDiscriminant, type ScatterSums, scatterSums } from './discriminant.js';
export { recipeLearner } from './recipe-learner.js';
export { type ShrunkenLdaOptions, shrunkenLda } from './shrunken-lda.js';
export {
  type ColumnStatistics,
  columnStatistics,
  normaliseRows,
  shrunkStatistics,
} from './speaker-normalise.js';

/** Clip statistics, of some groups or all. */
function functionals(groups?: FunctionalGroup[]): NetworkInput {
  const named = groups === undefined ? {} : { groups };
  return {
    summary: 'functionals',
    version: FUNCTIONALS_VERSION,
    ...named,
    shape: [functionalNames(groups).length],
  };
}

/** Learners by name, made when asked for: the names of statistics come from the addon. */
const MAKERS: Readonly<Record<string, () => Learner>> = {
  'shrunken-lda': () => shrunkenLda({ name: 'shrunken-lda', features: functionals() }),
  'shrunken-lda-cepstrum': () =>
    shrunkenLda({ name: 'shrunken-lda-cepstrum', features: functionals(['cepstrum']) }),
};

/** Names `resolveLearner` knows: the closed-form learners, and every recipe of a network. */
export function learnerNames(): string[] {
  return [...Object.keys(MAKERS), ...Object.keys(RECIPES)];
}

/**
 * A learner by its name.
 *
 * @throws ProsodiaError INVALID_ARGUMENT naming those there are
 */
export function resolveLearner(name: string): Learner {
  const maker = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (maker) return maker();
  const recipe = Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
  if (recipe) return recipeLearner(recipe);
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected one of ${learnerNames().join(', ')} for recipe but received "${name}"`,
  );
}
