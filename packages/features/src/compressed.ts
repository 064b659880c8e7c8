import { ProsodiaError } from '@prosodia/contracts/errors';
import decode from 'audio-decode';
import { MAX_CLIP_SAMPLES } from './clips.js';
import { flacSamples, rescaleFlac } from './flac.js';

/** The largest file for the decoder that is kept: beyond, it would keep much memory, and starting one matters little. */
const MAX_KEPT_BYTES = 1 << 22;

/** What WebAssembly decodes. */
export type CompressedFormat = 'flac' | 'mp3' | 'ogg';

/** Audio out of compressed bytes: channels averaged, the file's own rate. */
export interface DecodedSamples {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/**
 * Decodes on the calling thread, which does nothing else meanwhile.
 *
 * @param bytes  the decoder may keep or transfer them
 * @throws ProsodiaError DECODE (what is wrong), LIMIT
 */
export async function decodeCompressed(
  bytes: Uint8Array,
  name: string,
  format: CompressedFormat,
): Promise<DecodedSamples> {
  // The head says how FLAC's integers were scaled.
  const head = bytes.slice(0, 64);
  const { length: size } = bytes;
  let decoded: { channelData: Float32Array[]; sampleRate: number };
  try {
    decoded = (format === 'flac' && (await decodeAgain(bytes))) || (await decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProsodiaError('DECODE', `Cannot decode ${name} as ${format}: ${reason}`, { cause });
  }
  const { channelData, sampleRate } = decoded;
  const length = channelData[0]?.length ?? 0;
  if (length === 0 || !(sampleRate > 0)) {
    throw new ProsodiaError('DECODE', `Cannot decode ${name} as ${format}: no audio in its ${size} bytes`);
  }
  if (length > MAX_CLIP_SAMPLES) {
    throw new ProsodiaError(
      'LIMIT',
      `${name} has ${length} samples, more than the limit of ${MAX_CLIP_SAMPLES}`,
    );
  }
  // Typed arrays of our own: the decoder's may be views of its memory.
  const own = channelData.map((channel) => Float32Array.from(channel));
  if (format === 'flac') rescaleFlac(head, own);
  return { samples: averageChannels(own), sampleRateHz: sampleRate, channels: channelData.length };
}

/** A FLAC decoder that has read its last file to the end: to start one takes longer than a few seconds of speech. */
let kept: FlacDecoder | undefined;
type FlacDecoder = Awaited<ReturnType<typeof decode.flac>>;

/** The file by the decoder that is kept; undefined for one that it does not read whole, which leaves it in any state. */
async function decodeAgain(bytes: Uint8Array) {
  const samples = flacSamples(bytes);
  if (samples === 0 || bytes.length > MAX_KEPT_BYTES) return undefined;
  const decoder = kept ?? (await decode.flac());
  kept = undefined;
  try {
    const decoded = await decoder(bytes);
    if (decoded.channelData[0]?.length === samples) {
      kept = decoder;
      return decoded;
    }
  } catch {
    // A new decoder says what is wrong.
  }
  decoder.free();
  return undefined;
}

function averageChannels(channels: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const [first, ...rest] = channels;
  if (rest.length === 0) return first!;
  return Float32Array.from(first!, (sample, i) => {
    let sum = sample;
    for (const channel of rest) sum += channel[i]!;
    return sum / channels.length;
  });
}
