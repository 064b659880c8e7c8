import { readFile } from 'node:fs/promises';
import type { AudioClip } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { nativeAddon } from '@prosodia/native';
import type { CompressedFormat } from './compressed.js';
import { decodeOnThread } from './decode-threads.js';
import { nativeError, throwIfAborted } from './native-batch.js';

/** What a file turned out to be. */
export type AudioFormat = 'wav' | CompressedFormat;

/** Audio out of a file: channels averaged, the file's own sample rate. */
export interface DecodedClip extends AudioClip {
  /** Channels in the file. */
  readonly channels: number;
  readonly format: AudioFormat;
  /** Present when a WAV file ends before its stated length; `samples` are what was there. */
  readonly truncated?: { readonly expectedFrames: number; readonly foundFrames: number };
}

/**
 * Decodes WAV (PCM of 8 to 32 bits, float of 32 and 64), FLAC, MP3 or Ogg, told apart by their first bytes.
 *
 * Integers become floats by division by 2^(bits − 1), without dither, as libsndfile and librosa do. Nothing is decoded on the
 * event loop: WAV by the addon, the other formats by WebAssembly on threads that end when they have been idle for seconds.
 *
 * @param bytes  a whole file; copied before the call returns
 * @param name   what errors call it, e.g. its path
 * @throws ProsodiaError DECODE (what is wrong with it), LIMIT, INVALID_ARGUMENT
 */
export async function decodeBytes(bytes: Uint8Array, name = 'audio'): Promise<DecodedClip> {
  if (!(bytes instanceof Uint8Array)) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a Uint8Array for bytes but received ${typeof bytes}`,
    );
  }
  const format = formatOf(bytes);
  if (format === undefined) {
    throw new ProsodiaError(
      'DECODE',
      `Cannot decode ${name}: its ${bytes.length} bytes are not WAV, FLAC, MP3 or Ogg`,
    );
  }
  if (format === 'wav') return decodeWav(bytes, name);
  return { ...(await decodeOnThread({ bytes: new Uint8Array(bytes), name, format })), format };
}

/**
 * Reads and decodes an audio file.
 *
 * @throws ProsodiaError DECODE naming the file (not there, not readable, not audio), LIMIT, ABORTED
 */
export async function decodeFile(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<DecodedClip> {
  throwIfAborted(options.signal);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, { signal: options.signal });
  } catch (cause) {
    throwIfAborted(options.signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProsodiaError('DECODE', `Cannot read ${path}: ${reason}`, { cause });
  }
  const clip = await decodeBytes(bytes, path);
  throwIfAborted(options.signal);
  return clip;
}

async function decodeWav(bytes: Uint8Array, name: string): Promise<DecodedClip> {
  try {
    const { encoding: _, ...clip } = await nativeAddon().decodeWav(bytes).promise;
    return { ...clip, format: 'wav' };
  } catch (error) {
    throw nativeError(error, `Cannot decode ${name}: ${(error as Error).message}`);
  }
}

function formatOf(bytes: Uint8Array): AudioFormat | undefined {
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  switch (word(0)) {
    case 'RIFF':
    case 'RF64':
    case 'BW64':
      return word(8) === 'WAVE' ? 'wav' : undefined;
    case 'fLaC':
      return 'flac';
    case 'OggS':
      return 'ogg';
  }
  // MPEG audio: an ID3 tag, or eleven set bits and a layer that is not reserved.
  if (word(0).startsWith('ID3')) return 'mp3';
  return bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 0x06) !== 0 ? 'mp3' : undefined;
}
