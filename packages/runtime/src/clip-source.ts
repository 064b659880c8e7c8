import { fileURLToPath } from 'node:url';
import { type AudioClip, ProsodiaError } from '@prosodia/contracts';
import { decodeBytes, decodeFile } from '@prosodia/features';
import { MIN_CLIP_SEC } from './limits.js';

/** Speech to recognise: a file's path or `file:` URL, a file's bytes, or mono audio in memory. */
export type ClipSource = string | URL | Uint8Array | AudioClip;

/**
 * Reads and decodes what a caller gave and checks how long it is.
 *
 * @param maxClipSec  longest clip allowed
 * @throws ProsodiaError INVALID_ARGUMENT for a source of another type or shorter than 0.1 s; DECODE; LIMIT
 */
export async function loadClip(
  source: ClipSource,
  maxClipSec: number,
  signal?: AbortSignal,
): Promise<AudioClip> {
  const clip = await decode(source, signal);
  const durationSec = durationOf(clip);
  if (!(durationSec >= MIN_CLIP_SEC))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected at least ${MIN_CLIP_SEC} s of audio in ${nameOf(source)} but received ${durationSec} s`,
    );
  if (durationSec > maxClipSec)
    throw new ProsodiaError(
      'LIMIT',
      `Expected at most ${maxClipSec} s of audio (maxClipSec) in ${nameOf(source)} but received ${durationSec} s`,
    );
  return clip;
}

/** Length of a clip in seconds. */
export function durationOf({ samples, sampleRateHz }: AudioClip): number {
  return samples.length / sampleRateHz;
}

async function decode(source: unknown, signal?: AbortSignal): Promise<AudioClip> {
  if (typeof source === 'string') return decodeFile(source, { signal });
  if (source instanceof URL && source.protocol === 'file:')
    return decodeFile(fileURLToPath(source), { signal });
  if (source instanceof Uint8Array) return decodeBytes(source, nameOf(source));
  if (isClip(source)) return source;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a path, a file: URL, a Uint8Array or { samples, sampleRateHz } but received ${describe(source)}`,
  );
}

function isClip(source: unknown): source is AudioClip {
  if (typeof source !== 'object' || source === null) return false;
  const { samples, sampleRateHz } = source as Partial<AudioClip>;
  return samples instanceof Float32Array && typeof sampleRateHz === 'number' && sampleRateHz > 0;
}

function nameOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.href;
  return source instanceof Uint8Array ? 'the bytes given' : 'the clip given';
}

function describe(source: unknown): string {
  if (source instanceof URL) return source.href;
  if (typeof source !== 'object' || source === null) return String(source);
  const keys = Object.keys(source).slice(0, 5).join(', ');
  return `${source.constructor?.name ?? 'an object'} { ${keys} }`;
}
