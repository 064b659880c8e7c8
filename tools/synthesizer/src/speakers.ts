import { ProsodiaError } from '@prosodia/contracts';
import { Random } from './random.js';

/** A synthetic actor: an engine voice and a habit of speaking. */
export interface Speaker {
  readonly actor: number;
  readonly sex: 'female' | 'male';
  readonly voice: string;
  /** Added to the engine's pitch. */
  readonly pitchOffset: number;
  /** Multiplies the speaking rate. */
  readonly rateFactor: number;
  /** Added to the level, in dB. */
  readonly levelDb: number;
  /** How fully emotions are acted; 1 is by the book. */
  readonly expressiveness: number;
}

// Only voices without the engine's breath noise, whose generator is seeded from the clock: a corpus must come
// out the same for the same seed.
const FEMALE_VOICES = [
  ...['f1', 'Andrea', 'belinda', 'Annie', 'f4', 'steph', 'linda', 'anika', 'aunty', 'grandma', 'steph2'],
  'steph3',
];
const MALE_VOICES = [
  ...['m3', 'm1', 'Andy', 'm5', 'Michael', 'm2', 'adam', 'm7', 'Denis', 'm8', 'benjamin', 'm4'],
];

/** As many as RAVDESS has. */
export const MAX_SPEAKERS = FEMALE_VOICES.length + MALE_VOICES.length;

/**
 * The actor of a number, from 1: odd ones are male, even ones female, as in RAVDESS.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when there are fewer voices than that
 */
export function speakerOf(actor: number, seed: number): Speaker {
  if (!Number.isInteger(actor) || actor < 1 || actor > MAX_SPEAKERS)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected an actor from 1 to ${MAX_SPEAKERS} but received ${actor}`,
    );
  const female = actor % 2 === 0;
  const voices = female ? FEMALE_VOICES : MALE_VOICES;
  const random = new Random(`${seed}/speaker/${actor}`);
  return {
    actor,
    sex: female ? 'female' : 'male',
    voice: `en-us+${voices[Math.floor((actor - 1) / 2)]}`,
    pitchOffset: random.uniform(-5, 5),
    rateFactor: random.uniform(0.93, 1.07),
    levelDb: random.uniform(-2.5, 2.5),
    expressiveness: random.uniform(0.75, 1.25),
  };
}
