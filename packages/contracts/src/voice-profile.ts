import { z } from 'zod';
import { MAX_EXAMPLES } from './file-formats.js';

const values = z.array(z.number()).max(1_000_000);

/** Of one input of one variant of a model: how often, and the sums that means and deviations are made of. */
const statisticsSchema = z.strictObject({
  rows: z.number().int().min(0),
  mean: values,
  squares: z.array(z.number().min(0)).max(1_000_000),
});

const exampleSchema = z.strictObject({
  label: z.string().min(1),
  /**
   * What the network gives its heads for the clip, its plain answer's, then its speaker branch's: little-endian 32-bit
   * floats in base64.
   */
  embedding: z
    .string()
    .max(8_000_000)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/),
});

/** One person, as a file: sums and embeddings, no sound. */
export const voiceProfileSchema = z.strictObject({
  kind: z.literal('prosodia voice'),
  formatVersion: z.literal(1),
  /** Hash of the network the profile was made with; it fits no other. */
  graphHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Clips with speech that were heard. */
  clips: z.number().int().min(0),
  /** Variants × inputs; empty for a model that treats all speakers alike. */
  statistics: z.array(z.array(statisticsSchema).max(8)).max(16),
  examples: z.array(exampleSchema).max(MAX_EXAMPLES),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export type VoiceProfile = DeepReadonly<z.output<typeof voiceProfileSchema>>;
export type ProfileStatistics = VoiceProfile['statistics'][number][number];
export type ProfileExample = VoiceProfile['examples'][number];
