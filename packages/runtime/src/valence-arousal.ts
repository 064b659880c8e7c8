import type { Recognition } from '@prosodia/contracts';

/** Where an answer lies between unpleasant and pleasant, calm and excited. */
export interface ValenceArousal {
  /** −1 unpleasant to 1 pleasant. */
  readonly valence: number;
  /** −1 sleepy to 1 excited. */
  readonly arousal: number;
}

/**
 * Angles on the circle of affect, in degrees from pleasure toward arousal: Russell (1980), "A circumplex model of
 * affect", Journal of Personality and Social Psychology 39(6), 1161–1178, direct circular scaling of 28 words.
 *
 * Words of ours that are not among the 28 take the nearest of them, a choice of ours: surprised is "astonished", fearful
 * and anxious are "afraid", disgust is "annoyed".
 */
const ANGLES_DEG: Readonly<Record<string, number>> = {
  happy: 7.8,
  happiness: 7.8,
  surprised: 69.8,
  surprise: 69.8,
  angry: 99,
  anger: 99,
  fearful: 116,
  fear: 116,
  anxious: 116,
  disgust: 123,
  disgusted: 123,
  sad: 207.5,
  sadness: 207.5,
  bored: 242,
  boredom: 242,
  calm: 316.2,
};

/** In the middle of the circle. */
const CENTRE: ReadonlySet<string> = new Set(['neutral']);

/**
 * A view of an answer in two dimensions: the mean of its emotions' places on the circle, weighted by probability.
 *
 * It is derived from the categories, not measured: it knows no more than they do. Uncertain answers lie near the centre.
 *
 * @returns null when a label of the answer has no place on the circle
 * @example
 * valenceArousal(await recognizer.recognize('speech.wav')) // { valence: -0.14, arousal: 0.92 }
 */
export function valenceArousal({ probabilities }: Pick<Recognition, 'probabilities'>): ValenceArousal | null {
  let valence = 0;
  let arousal = 0;
  for (const [label, probability] of Object.entries(probabilities)) {
    if (CENTRE.has(label)) continue;
    const degrees = Object.hasOwn(ANGLES_DEG, label) ? ANGLES_DEG[label] : undefined;
    if (degrees === undefined) return null;
    valence += probability * Math.cos((degrees * Math.PI) / 180);
    arousal += probability * Math.sin((degrees * Math.PI) / 180);
  }
  return { valence, arousal };
}
