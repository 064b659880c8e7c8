import { readFile, stat } from 'node:fs/promises';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';

/** Largest profile that is read, in bytes. */
const MAX_PROFILE_BYTES = 64 * 2 ** 20;
/** Most labelled clips one profile keeps. */
export const MAX_EXAMPLES = 500;

const numbers = z.array(z.number()).max(1_000_000);

/** Little-endian 32-bit floats in base64. */
const floats = z
  .string()
  .max(8_000_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/);

const statisticsSchema = z.strictObject({
  rows: z.number().int().min(0),
  mean: numbers,
  squares: z.array(z.number().min(0)).max(1_000_000),
});

const exampleSchema = z.strictObject({
  label: z.string().min(1),
  /** What the network gives its heads for the clip; its plain answer's, then its speaker branch's. */
  embedding: floats,
});

const profileSchema = z.strictObject({
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

/** One person, as a file: sums and embeddings, no sound. */
export type VoiceProfile = z.output<typeof profileSchema>;

/**
 * Checks a profile, which is a stranger's until then.
 *
 * @param name  names it in messages
 * @throws ProsodiaError MODEL
 */
export function checkProfile(value: unknown, name: string): VoiceProfile {
  return parseWith(profileSchema, value, `voice profile in ${name}`, 'MODEL');
}

/** @throws ProsodiaError MODEL when the file is missing, too large or no profile */
export async function readProfile(path: string): Promise<VoiceProfile> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_PROFILE_BYTES) throw new Error(`it has ${size} bytes, ${MAX_PROFILE_BYTES} is the limit`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw refused(path, cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused(path, cause);
  }
  return checkProfile(value, path);
}

/** Writes a profile under another name first, so that the old one is whole until the new one is. */
export async function writeProfile(path: string, profile: VoiceProfile): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(path, `${JSON.stringify(profile)}\n`, { mode: 0o600 });
}

export function encodeFloats(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes.toString('base64');
}

/**
 * @param length  values expected
 * @throws ProsodiaError MODEL when there are more or fewer, or one is not finite
 */
export function decodeFloats(text: string, length: number): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const values = Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(4 * i));
  if (bytes.length === 4 * length && values.every((value) => Number.isFinite(value))) return values;
  throw new ProsodiaError('MODEL', `Cannot use the profile: an embedding is not ${length} finite numbers`);
}

function refused(path: string, cause: unknown): ProsodiaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ProsodiaError('MODEL', `Cannot use ${path} as a voice profile: ${why}`, { cause });
}
