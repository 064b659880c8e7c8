import { z } from 'zod';

const seed = z.number().int().min(0).max(0xffff_ffff).default(0);

/** One change made to a clip. The same seed gives the same bytes, whatever the thread count. */
export const augmentationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('noise'),
    /** Ratio of the clip's mean power to the noise's, in dB. */
    snrDb: z.number().min(-60).max(120),
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
]);

export type Augmentation = z.output<typeof augmentationSchema>;
export type AugmentationOptions = z.input<typeof augmentationSchema>;
