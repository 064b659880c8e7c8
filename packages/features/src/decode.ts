import { readFile } from 'node:fs/promises';
import type { AudioClip } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { nativeAddon } from '@prosodia/native';
import decodeCompressed from 'audio-decode';
import { MAX_CLIP_SAMPLES } from './clips.js';
import { rescaleFlac } from './flac.js';
import { nativeError, throwIfAborted } from './native-batch.js';

/** What a file turned out to be. */
export type AudioFormat = 'wav' | 'flac' | 'mp3' | 'ogg';

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
 * Integers become floats by division by 2^(bits − 1), without dither, as libsndfile and librosa do. WAV is decoded off
 * the event loop; the other formats are decoded by WebAssembly on it, some 7 ms for a few seconds of FLAC.
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
  return format === 'wav' ? decodeWav(bytes, name) : decodeOther(bytes, name, format);
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

async function decodeOther(bytes: Uint8Array, name: string, format: AudioFormat): Promise<DecodedClip> {
  let decoded: { channelData: Float32Array[]; sampleRate: number };
  try {
    // A copy: the decoder may keep or transfer what it is given.
    decoded = await decodeCompressed(bytes.slice());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProsodiaError('DECODE', `Cannot decode ${name} as ${format}: ${reason}`, { cause });
  }
  const { channelData, sampleRate } = decoded;
  const length = channelData[0]?.length ?? 0;
  if (length === 0 || !(sampleRate > 0)) {
    throw new ProsodiaError(
      'DECODE',
      `Cannot decode ${name} as ${format}: no audio in its ${bytes.length} bytes`,
    );
  }
  if (length > MAX_CLIP_SAMPLES) {
    throw new ProsodiaError(
      'LIMIT',
      `${name} has ${length} samples, more than the limit of ${MAX_CLIP_SAMPLES}`,
    );
  }
  // Typed arrays of our own: the decoder's may be views of its memory.
  const own = channelData.map((channel) => Float32Array.from(channel));
  if (format === 'flac') rescaleFlac(bytes, own);
  return {
    samples: averageChannels(own),
    sampleRateHz: sampleRate,
    channels: channelData.length,
    format,
  };
}

function averageChannels(channels: readonly Float32Array[]): Float32Array {
  const [first, ...rest] = channels;
  if (rest.length === 0) return first!;
  return Float32Array.from(first!, (sample, i) => {
    let sum = sample;
    for (const channel of rest) sum += channel[i]!;
    return sum / channels.length;
  });
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
