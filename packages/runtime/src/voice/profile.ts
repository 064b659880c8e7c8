import { readFile, stat } from 'node:fs/promises';
import type { VoiceProfile } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { voiceProfileProblem } from '@prosodia/contracts/file-formats';

/** Largest profile that is read, in bytes. */
const MAX_PROFILE_BYTES = 64 * 2 ** 20;

/**
 * Checks a profile, which is a stranger's until then.
 *
 * @param name  names it in messages
 * @throws ProsodiaError MODEL
 */
export function checkProfile(value: unknown, name: string): VoiceProfile {
  const problem = voiceProfileProblem(value);
  if (problem === undefined) return value as VoiceProfile;
  throw new ProsodiaError('MODEL', `Invalid voice profile in ${name}: ${problem}`);
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
