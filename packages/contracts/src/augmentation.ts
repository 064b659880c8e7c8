import { z } from 'zod';
import type { AudioClip } from './audio.js';

const seed = z.number().int().min(0).max(0xffff_ffff).default(0);

/** One change made to a clip that can be written down whole. The same seed gives the same bytes, whatever the thread count. */
export const augmentationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('noise'),
    /** Ratio of the clip's mean power to the noise's, in dB. */
    snrDb: z.number().min(-60).max(120),
    /** White unless given; pink falls by 3 dB an octave. */
    color: z.enum(['white', 'pink']).optional(),
    seed,
  }),
  z.strictObject({
    kind: z.literal('pitch'),
    /** Up when positive. Formants stay where they are unless `formants` is `move`. */
    semitones: z.number().min(-24).max(24),
    formants: z.enum(['keep', 'move']).default('keep'),
    seed,
  }),
  z.strictObject({
    kind: z.literal('stretch'),
    /** Speed: 0.5 is twice as long, 2 half as long. */
    rate: z.number().min(0.25).max(4),
    seed,
  }),
  z.strictObject({
    kind: z.literal('gain'),
    /** Louder when positive. */
    gainDb: z.number().min(-120).max(60),
    seed,
  }),
  z.strictObject({
    kind: z.literal('telephone'),
    /** Also through 8 kHz and the eight bits of G.711. */
    muLaw: z.boolean().optional(),
    seed,
  }),
]);

const clip = z.custom<AudioClip>((value) => {
  const { samples, sampleRateHz } = (value ?? {}) as Partial<AudioClip>;
  return samples instanceof Float32Array && typeof sampleRateHz === 'number';
}, 'expected a clip, { samples, sampleRateHz }');

/** A change that takes a sound along. */
export const soundAugmentationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('recording'),
    /** Noise to add, at any rate: from a place drawn by the seed on, begun again at its end. */
    sound: clip,
    snrDb: z.number().min(-60).max(120),
    seed,
  }),
  z.strictObject({
    kind: z.literal('reverb'),
    /** Impulse response of the room, at any rate. */
    sound: clip,
    /** `keep` brings the result to the clip's own power. */
    level: z.enum(['keep', 'move']).default('keep'),
    seed,
  }),
]);

export type Augmentation = z.output<typeof augmentationSchema>;
export type AugmentationOptions = z.input<typeof augmentationSchema>;
export type SoundAugmentation = z.output<typeof soundAugmentationSchema>;
export type SoundAugmentationOptions = z.input<typeof soundAugmentationSchema>;
