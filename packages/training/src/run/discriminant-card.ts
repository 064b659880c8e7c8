import { type Evaluation, MODEL_CARD_VERSION, type ModelCard, ProsodiaError } from '@prosodia/contracts';
import type { Corpus } from '../corpus/corpus.js';
import {
  type DiscriminantBranches,
  type DiscriminantPart,
  embeddingSizeOf,
  FRAMES_INPUT,
  FUNCTIONALS_INPUT,
  headSizeOf,
  PATCHES,
  vectorsOf,
} from '../export/discriminant-graph.js';
import { PERSONAL_RIDGES, RIDGE } from '../export/network.js';
import { KernelHead } from '../learners/kernel-head.js';
import { OWN_WEIGHT, SPEAKER_MIN_CLIPS, SPEAKER_TAU } from '../learners/lda-head.js';
import { FRAMES, INPUT } from '../learners/shrunken-lda.js';
import type { Learner } from '../protocol/learner.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import { limitsOf } from './make-card.js';
import { identityOf } from './protocol-plan.js';
import { softwareVersions } from './software.js';

export interface DiscriminantCard {
  readonly corpus: Corpus;
  readonly seed: number;
  readonly labels: readonly string[];
  readonly evaluation: Evaluation;
  readonly branches: DiscriminantBranches;
}

/** The card of a file that `exportDiscriminant` writes. */
export function cardOf(
  learner: Learner,
  { corpus, seed, labels, evaluation, branches }: DiscriminantCard,
): Omit<ModelCard, 'graphHash'> {
  const { plain, speaker, dictionary, temperatures } = branches;
  const calibrationOf = (temperature: number) => ({
    ...{
      temperature,
      method: "after the heads' own temperatures, likelihood on inner folds of the training side",
    },
  });
  const size = embeddingSizeOf(speaker);
  return {
    formatVersion: MODEL_CARD_VERSION,
    name: `${learner.name}-${corpus.name}`,
    recipe: learner.name,
    labels: [...labels],
    inputs: [
      { name: FUNCTIONALS_INPUT, input: learner.inputs[INPUT]! },
      ...(dictionary ? [{ name: FRAMES_INPUT, input: learner.inputs[FRAMES]! }] : []),
    ],
    outputs: {
      ...{ logits: 'logits', probabilities: 'probabilities', embedding: 'embedding' },
      embeddingSize: embeddingSizeOf(plain),
    },
    heads: headsOf('plain', plain),
    calibration: calibrationOf(temperatures.plain),
    speaker: {
      ...{
        tau: SPEAKER_TAU,
        minClips: SPEAKER_MIN_CLIPS,
        embeddingSize: size,
        heads: headsOf('speaker', speaker),
      },
      statistics: [...vectorsOf(branches)].map(([name, length]) => ({
        ...{ of: name === PATCHES ? 'output' : 'input', name, size: length },
      })),
      calibration: calibrationOf(temperatures.speaker),
    },
    variants: variantsOf(learner),
    ...(learner.answerCopies && { variantsAtHz: learner.copiesAtHz }),
    network: { parameters: parametersOf(branches), layers: layersOf(branches, labels.length) },
    training: {
      ...{ corpus: corpus.name, synthetic: corpus.synthetic, licence: corpus.licence },
      recordings: corpus.recordings.length,
      rows: corpus.recordings.length * (1 + learner.copies.length),
      speakers: [...new Set(corpus.recordings.map(({ speaker: name }) => name))].sort(),
      ...{ engine: 'closed-form', epochs: 1, bestEpoch: 1, seed },
      splitHash: identityOf(corpus.contentHashes),
    },
    evaluation,
    limits: limitsOf(corpus, corpus.report.speakers, evaluation.caveat),
    software: softwareVersions(),
  };
}

/** Numbers that were learned: the dictionary of patches and the heads. */
export function parametersOf(branches: DiscriminantBranches): number {
  return layersOf(branches, 1).reduce((sum, { parameters }) => sum + parameters, 0);
}

function headsOf(branch: string, parts: readonly DiscriminantPart[]): ModelCard['heads'] {
  let start = 0;
  return parts.map((part) => {
    const { vector, head, share } = part;
    const prefix = `${branch}/${vector}`;
    const size = headSizeOf(part);
    const at = start;
    start += size;
    return {
      ...{ name: prefix, start: at, size, kernel: `${prefix}/kernel`, bias: `${prefix}/bias` },
      ...{ temperature: head.temperature, weight: share },
      ridge: head.directions ? PERSONAL_RIDGES.everything : RIDGE,
      ...(head.directions && {
        directions: {
          constant: `${prefix}/directions`,
          count: head.directions.count,
          ridge: PERSONAL_RIDGES.along,
        },
      }),
    };
  });
}

function layersOf(
  { plain, speaker, dictionary }: DiscriminantBranches,
  classes: number,
): ModelCard['network']['layers'] {
  const heads = (branch: string, parts: readonly DiscriminantPart[]) =>
    parts.map((part) => ({
      ...{ name: `${branch}/${part.vector}`, kind: kindOf(part), outputShape: `(None, ${classes})` },
      parameters: parametersOfHead(part),
    }));
  const directions = speaker.flatMap(({ vector, head }) =>
    head.directions
      ? {
          ...{ name: `speaker/${vector}/directions`, kind: 'directions in which people differ' },
          ...{ outputShape: `(None, ${head.directions.count})`, parameters: head.directions.columns.length },
        }
      : [],
  );
  const patches = dictionary && {
    ...{ name: PATCHES, kind: 'whitened patches, k-means', outputShape: `(None, ${2 * dictionary.words})` },
    parameters: dictionary.whitening.length + dictionary.dims + dictionary.bands + dictionary.centres.length,
  };
  return [
    ...(patches ? [patches] : []),
    ...heads('plain', plain),
    ...heads('speaker', speaker),
    ...directions,
  ];
}

function kindOf({ head }: DiscriminantPart): string {
  return head instanceof KernelHead ? 'kernel ridge regression' : 'shrunken linear discriminant';
}

/** The last layer's, and what a kernel machine remembers. */
function parametersOfHead(part: DiscriminantPart): number {
  const { head } = part;
  const last = (headSizeOf(part) + 1) * head.trained.classes;
  return head instanceof KernelHead ? last + head.trained.landmarks.length + head.trained.size : last;
}

function variantsOf(learner: Learner): ModelCard['variants'] {
  const copies = learner.copies.slice(0, learner.answerCopies);
  const weights = [OWN_WEIGHT, ...copies.map(() => 1)];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) => ({
    augmentations: index === 0 ? [] : [changeOf(copies[index - 1]!)],
    weight: weight / total,
  }));
}

/** What a rule without a range always does: an answer at run time must not be drawn. */
function changeOf(rule: AugmentationRule): ModelCard['variants'][number]['augmentations'][number] {
  if (rule.kind === 'pitch' && rule.semitones[0] === rule.semitones[1])
    return { kind: 'pitch', semitones: rule.semitones[0], formants: rule.formants, seed: 0 };
  if (rule.kind === 'stretch' && rule.rate[0] === rule.rate[1])
    return { kind: 'stretch', rate: rule.rate[0], seed: 0 };
  throw new ProsodiaError('MODEL', `Expected copies that are always changed alike but ${rule.kind} is drawn`);
}
