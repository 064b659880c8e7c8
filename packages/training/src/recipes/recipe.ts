import { featureConfigSchema } from '@prosodia/contracts';
import { z } from 'zod';
import { modelSpecSchema } from '../models/model-spec.js';

const range = (schema: z.ZodNumber) =>
  z.tuple([schema, schema]).refine(([low, high]) => low <= high, 'Expected the lower bound first');

/**
 * How one augmented variant of a recording is drawn; every recording draws its own values from the run's seed.
 */
export const augmentationRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('noise'),
    /** White noise of amplitude `peakShare` × U(0, 1) × the clip's peak. */
    peakShare: z.number().positive().max(1),
  }),
  z.strictObject({
    kind: z.literal('white-noise'),
    /** Mean power of the clip to that of the noise, drawn uniformly from the range. */
    snrDb: range(z.number().min(-60).max(120)),
  }),
  z.strictObject({
    /** Several voices at once, made of the clip itself. */
    kind: z.literal('babble'),
    /** Mean power of the clip to that of the babble, drawn uniformly from the range. */
    snrDb: range(z.number().min(-60).max(120)),
  }),
  z.strictObject({
    kind: z.literal('pitch'),
    /** Drawn uniformly from the range. */
    semitones: range(z.number().min(-24).max(24)),
    formants: z.enum(['keep', 'move']),
  }),
  z.strictObject({
    /** Cut out of its recording otherwise. */
    kind: z.literal('edges'),
    /** What lies this far below the loudest is left out at both ends; drawn uniformly from the range. */
    belowPeakDb: range(z.number().min(1).max(200)),
    /** Digital silence in its place, drawn for each end. */
    silenceSec: range(z.number().min(0).max(10)),
  }),
  z.strictObject({
    kind: z.literal('stretch'),
    /** Speed, drawn uniformly from the range. */
    rate: range(z.number().min(0.25).max(4)),
  }),
]);

export type AugmentationRule = z.output<typeof augmentationRuleSchema>;

/** What early stopping watches on the validation side. */
export const MONITORS = ['accuracy', 'loss', 'macroF1'] as const;
export type Monitor = (typeof MONITORS)[number];

/** Everything that decides a training but the data, the split and the seed. */
export const recipeSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'Expected lower-case words joined by hyphens'),
    /** One line for people. */
    summary: z.string().min(1),
    features: featureConfigSchema,
    /** How a clip's frames become a row: see NetworkInput. */
    input: z.discriminatedUnion('summary', [
      z.strictObject({ summary: z.literal('mean') }),
      z.strictObject({ summary: z.literal('frames'), frames: z.number().int().min(1).max(100_000) }),
      z.strictObject({
        summary: z.literal('functionals'),
        groups: z.array(z.string().min(1)).min(1).max(64).optional(),
      }),
      z.strictObject({
        summary: z.literal('sequence'),
        trimDb: z.number().positive().max(1_000),
        poolFrames: z.number().int().min(1).max(1_000),
        frames: z.number().int().min(1).max(100_000),
      }),
    ]),
    /** Brings each coefficient to mean 0 and deviation 1 of the training rows, inside the exported graph. */
    standardize: z.boolean(),
    /** One variant each; a recording gives 1 + augmentation.length rows. */
    augmentation: z.array(augmentationRuleSchema).max(16),
    model: modelSpecSchema,
    optimizer: z.strictObject({
      kind: z.literal('adam'),
      learningRate: z.number().positive().max(1).default(1e-3),
      beta1: z.number().min(0).max(0.9999).default(0.9),
      beta2: z.number().min(0).max(0.99999).default(0.999),
      epsilon: z.number().positive().max(1).default(1e-7),
    }),
    /** Outputs beside the answer also learn what the answer says; no model without such outputs takes it. */
    selfDistillation: z
      .strictObject({
        /** Beside the classes' own loss. */
        weight: z.number().positive().max(100),
        /** How soft both are when they are compared. */
        temperature: z.number().min(1).max(100),
      })
      .optional(),
    batchSize: z.number().int().min(1).max(65_536),
    epochs: z.number().int().min(1).max(100_000),
    /** Epochs without improvement after which training stops. */
    patience: z.number().int().min(1).max(100_000),
    monitor: z.enum(MONITORS),
  })
  .readonly();

export type Recipe = z.output<typeof recipeSchema>;
export type RecipeOptions = z.input<typeof recipeSchema>;
