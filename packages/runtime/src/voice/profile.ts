import { readFile, stat } from 'node:fs/promises';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { type JsonSchema, matches } from '@prosodia/contracts/json-schema';

/** Largest profile that is read, in bytes. */
const MAX_PROFILE_BYTES = 64 * 2 ** 20;
/** Most labelled clips one profile keeps. */
export const MAX_EXAMPLES = 500;

/** One person, as a file: sums and embeddings, no sound. */
export interface VoiceProfile {
  readonly kind: 'prosodia voice';
  readonly formatVersion: 1;
  /** Hash of the network the profile was made with; it fits no other. */
  readonly graphHash: string;
  /** Clips with speech that were heard. */
  readonly clips: number;
  /** Variants × inputs; empty for a model that treats all speakers alike. */
  readonly statistics: readonly (readonly ProfileStatistics[])[];
  readonly examples: readonly ProfileExample[];
}

export interface ProfileStatistics {
  readonly rows: number;
  readonly mean: readonly number[];
  readonly squares: readonly number[];
}

export interface ProfileExample {
  readonly label: string;
  /**
   * What the network gives its heads for the clip, its plain answer's, then its speaker branch's: little-endian 32-bit
   * floats in base64.
   */
  readonly embedding: string;
}

const MAX_VALUES = 1_000_000;

const count = { type: 'integer', minimum: 0 };
const STATISTICS = {
  type: 'object',
  properties: {
    rows: count,
    mean: { type: 'array', maxItems: MAX_VALUES, items: { type: 'number' } },
    squares: { type: 'array', maxItems: MAX_VALUES, items: { type: 'number', minimum: 0 } },
  },
  required: ['rows', 'mean', 'squares'],
  additionalProperties: false,
};
const EXAMPLE = {
  type: 'object',
  properties: {
    label: { type: 'string', minLength: 1 },
    embedding: { type: 'string', maxLength: 8_000_000, pattern: '^[A-Za-z0-9+/]*={0,2}$' },
  },
  required: ['label', 'embedding'],
  additionalProperties: false,
};
const FIELDS: Readonly<Record<keyof VoiceProfile, JsonSchema>> = {
  kind: { const: 'prosodia voice' },
  formatVersion: { const: 1 },
  graphHash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  clips: count,
  statistics: { type: 'array', maxItems: 16, items: { type: 'array', maxItems: 8, items: STATISTICS } },
  examples: { type: 'array', maxItems: MAX_EXAMPLES, items: EXAMPLE },
};

/**
 * Checks a profile, which is a stranger's until then.
 *
 * @param name  names it in messages
 * @throws ProsodiaError MODEL
 */
export function checkProfile(value: unknown, name: string): VoiceProfile {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const wrong =
    Object.entries(FIELDS).find(([field, schema]) => !matches(fields[field], schema))?.[0] ??
    Object.keys(fields).find((field) => !Object.hasOwn(FIELDS, field));
  if (wrong === undefined) return value as VoiceProfile;
  throw new ProsodiaError(
    'MODEL',
    `Invalid voice profile in ${name}: its ${wrong} is not what a profile of format 1 has`,
  );
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
