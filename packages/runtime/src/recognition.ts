import type { ModelCard, Recognition } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';

/** The label of an answer less sure than `minConfidence`. */
export const UNSURE = 'unsure';
/** The label of a clip in which nobody speaks. */
export const NO_SPEECH = 'no speech';

/**
 * A network's answer in words.
 *
 * Single-precision probabilities sum to 1 only nearly; they are divided by their sum in double precision.
 *
 * @param probabilities  one per label, in label order
 * @param durationSec  of the clip
 * @throws ProsodiaError MODEL when the network gave no probabilities
 */
export function toRecognition(
  labels: readonly string[],
  probabilities: Float32Array,
  durationSec: number,
): Recognition {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (!Number.isFinite(sum) || sum <= 0 || probabilities.some((p) => p < 0))
    throw new ProsodiaError(
      'MODEL',
      `Expected probabilities from the network but received ${Array.from(probabilities).join(', ')}`,
    );
  const normalised = Array.from(probabilities, (p) => p / sum);
  const confidence = Math.max(...normalised);
  return {
    label: labels[normalised.indexOf(confidence)]!,
    confidence,
    probabilities: Object.fromEntries(labels.map((label, i) => [label, normalised[i]!])),
    startSec: 0,
    endSec: durationSec,
  };
}

/** The variants' answers as one. */
export function weightedMean(
  answers: readonly (Float32Array | Error)[],
  variants: ModelCard['variants'],
): Float32Array {
  const mean = new Float32Array(answers.length === 0 || answers[0] instanceof Error ? 0 : answers[0]!.length);
  for (const [index, answer] of answers.entries()) {
    if (answer instanceof Error) throw answer;
    const { weight } = variants[index]!;
    for (let c = 0; c < mean.length; c++) mean[c]! += weight * answer[c]!;
  }
  return mean;
}

/** The card of the same model that answers by the clip as it is, which is the first variant of every model that has it. */
export function withoutCopies(card: ModelCard): ModelCard {
  const [plain] = card.variants;
  return plain?.augmentations.length === 0 ? { ...card, variants: [{ ...plain, weight: 1 }] } : card;
}
