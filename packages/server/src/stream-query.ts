import { z } from 'zod';

const number = z.coerce.number();
/** What a client of `WS /v1/stream` says in the address. */
export const streamQuerySchema = z.strictObject({
  sampleRateHz: number.int().min(4_000).max(384_000).default(16_000),
  /** Mono samples: 16-bit integers or 32-bit floats, little-endian. */
  format: z.enum(['s16le', 'f32le']).default('s16le'),
  hopSec: number.min(0.1).max(60).default(0.5),
  windowSec: number.min(0.2).max(30).default(2),
  smoothing: number.min(0).max(0.99).default(0.5),
  /** Name of the person who speaks, where profiles are kept. */
  profile: z.string().optional(),
});

export type StreamQuery = z.output<typeof streamQuerySchema>;
