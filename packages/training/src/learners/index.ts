import {
  FUNCTIONALS_VERSION,
  featureConfigSchema,
  type NetworkInput,
  ProsodiaError,
} from '@prosodia/contracts';
import { type FunctionalGroup, functionalGroups, functionalNames } from '@prosodia/features';
import type { Learner } from '../protocol/learner.js';
import { RECIPES } from '../recipes/index.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import type { PatchOptions } from './learn-patches.js';
import { recipeLearner } from './recipe-learner.js';
import { shrunkenLda } from './shrunken-lda.js';

export { type Discriminant, fitDiscriminant, type ScatterSums, scatterSums } from './discriminant.js';
export { OWN_WEIGHT, SPEAKER_MIN_CLIPS, SPEAKER_TAU } from './lda-head.js';
export { recipeLearner } from './recipe-learner.js';
export { FittedLda, type LdaPart, type ShrunkenLdaOptions, shrunkenLda } from './shrunken-lda.js';
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

/** The deltas' statistics add nothing to the others. */
const SPEECH_GROUPS = functionalGroups.filter((group) => group !== 'cepstrum-delta');

/** Each clip as four other voices would say it: higher, lower, and from a smaller and a larger throat. */
const VOICES: readonly AugmentationRule[] = [
  { kind: 'pitch', semitones: [2, 2], formants: 'keep' },
  { kind: 'pitch', semitones: [-2, -2], formants: 'keep' },
  { kind: 'pitch', semitones: [1.4, 1.4], formants: 'move' },
  { kind: 'pitch', semitones: [-1.6, -1.6], formants: 'move' },
];

/** The same clip where it is hard to hear; only trained on. */
const NOISES: readonly AugmentationRule[] = [
  { kind: 'white-noise', snrDb: [0, 20] },
  { kind: 'babble', snrDb: [0, 20] },
];

/** The same clip as others cut it out of its recording, so that where it begins and ends says nothing; only trained on. */
const CUTS: readonly AugmentationRule[] = [
  { kind: 'edges', belowPeakDb: [25, 35], silenceSec: [0, 0] },
  { kind: 'edges', belowPeakDb: [25, 35], silenceSec: [0.1, 0.3] },
];

/** What the statistics hear: copies are changed at this rate, which is three times as fast as at a studio's. */
const VOICES_AT_HZ = 16_000;

/** Of them the voices may answer, and the noises are for those of whom nothing is known. */
const SPOKEN = {
  copies: [...VOICES, ...CUTS, ...NOISES],
  speakerCopies: VOICES.length + CUTS.length,
  copiesAtHz: VOICES_AT_HZ,
};

/** Levels of the ear's bands over time, 20 ms a step, of the 3.2 s about the middle of what is said. */
function frames(): NetworkInput {
  const features = featureConfigSchema.parse({
    ...{ kind: 'logmel', sampleRateHz: 16_000, nFft: 512, winLength: 400, hopLength: 160 },
    ...{ nMels: 40, fMinHz: 50, fMaxHz: 8_000 },
  });
  return { summary: 'sequence', features, trimDb: 35, poolFrames: 2, frames: 160, shape: [160, 41] };
}

/** Pieces of 160 ms, every 40 ms. */
const PATCHES: PatchOptions = { width: 8, stride: 2, dims: 100, words: 256 };

/** Learners by name, made when asked for: the names of statistics come from the addon. */
const MAKERS: Readonly<Record<string, () => Learner>> = {
  base: () =>
    shrunkenLda({
      ...{ name: 'base', features: functionals(SPEECH_GROUPS), ...SPOKEN, answerCopies: VOICES.length },
      frames: { input: frames(), patches: PATCHES },
    }),
  'base-statistics': () =>
    shrunkenLda({
      ...{ name: 'base-statistics', features: functionals(SPEECH_GROUPS) },
      ...{ ...SPOKEN, answerCopies: VOICES.length },
    }),
  fast: () =>
    shrunkenLda({
      ...{ name: 'fast', features: functionals(SPEECH_GROUPS), ...SPOKEN, answerCopies: 0 },
      frames: { input: frames(), patches: PATCHES },
    }),
  nearness: () =>
    shrunkenLda({
      ...{ name: 'nearness', features: functionals(), copies: VOICES, remember: true },
      copiesAtHz: VOICES_AT_HZ,
    }),
  'shrunken-lda': () => shrunkenLda({ name: 'shrunken-lda', features: functionals() }),
  'shrunken-lda-cepstrum': () =>
    shrunkenLda({ name: 'shrunken-lda-cepstrum', features: functionals(['cepstrum']) }),
};

/** Recipes that are solved, not iterated, and become a model file by `trainDiscriminant`. */
export const CLOSED_FORM_RECIPES = ['base', 'fast', 'nearness'] as const;

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
