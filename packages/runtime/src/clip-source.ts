import type { AudioClip } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';

/** Speech to recognise: a file's path or `file:` URL, a file's bytes, or mono audio in memory. */
export type ClipSource = string | URL | Uint8Array | AudioClip;

/**
 * Makes sure that what a caller gave is a source; what is in it is checked where it is decoded.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for a source of another type
 */
export function checkSource(source: unknown): ClipSource {
  if (typeof source === 'string' || source instanceof Uint8Array || isClip(source)) return source;
  if (source instanceof URL && source.protocol === 'file:') return source;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a path, a file: URL, a Uint8Array or { samples, sampleRateHz } but received ${describe(source)}`,
  );
}

function isClip(source: unknown): source is AudioClip {
  if (typeof source !== 'object' || source === null) return false;
  const { samples, sampleRateHz } = source as Partial<AudioClip>;
  return samples instanceof Float32Array && Number.isInteger(sampleRateHz) && sampleRateHz! > 0;
}

function describe(source: unknown): string {
  if (source instanceof URL) return source.href;
  if (typeof source !== 'object' || source === null) return String(source);
  const keys = Object.keys(source).slice(0, 5).join(', ');
  return `${source.constructor?.name ?? 'an object'} { ${keys} }`;
}
