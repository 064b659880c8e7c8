import { ProsodiaError } from '@prosodia/contracts';
import type { PcmChunk } from '@prosodia/runtime';

/** A header longer than this is none. */
const MAX_HEADER_BYTES = 1 << 16;
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

interface WavFormat {
  readonly encoding: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: number;
}

/**
 * Reads a stream of bytes as audio: what begins with RIFF as WAV (16-bit or float, any channels, of unknown
 * length), anything else as headerless 16-bit mono.
 *
 * @throws ProsodiaError DECODE for a WAV of another encoding, or one whose header does not end
 */
export async function* readWav(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<PcmChunk> {
  let head: Buffer | undefined = Buffer.alloc(0) as Buffer;
  let format: WavFormat | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of bytes) {
    let body: Buffer = Buffer.from(part);
    if (head) {
      head = Buffer.concat([head, body]);
      if (head.length < 4) continue;
      if (head.toString('latin1', 0, 4) === 'RIFF') {
        const found = findData(head);
        if (!found) continue;
        format = found.format;
        body = head.subarray(found.at);
      } else body = head;
      head = undefined;
    }
    if (!format) yield body;
    else {
      const all: Buffer = Buffer.concat([rest, body]);
      const frame = (format.bits / 8) * format.channels;
      const whole = all.length - (all.length % frame);
      rest = all.subarray(whole);
      if (whole > 0)
        yield { samples: mix(all.subarray(0, whole), format), sampleRateHz: format.sampleRateHz };
    }
  }
  if (head && head.length > 0)
    throw new ProsodiaError('DECODE', 'Expected audio on standard input but it ended');
}

function findData(head: Buffer): { format: WavFormat; at: number } | undefined {
  if (head.length > MAX_HEADER_BYTES)
    throw new ProsodiaError('DECODE', 'Expected a WAV header but found no end of it');
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= head.length; ) {
    const name = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    if (name === 'data') return { format: checked(format), at: at + 8 };
    if (name === 'fmt ' && at + 8 + Math.max(16, size) <= head.length)
      format = readFormat(head, at + 8, size);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function readFormat(head: Buffer, at: number, size: number): WavFormat {
  const encoding = head.readUInt16LE(at);
  return {
    encoding: encoding === EXTENSIBLE && size >= 26 ? head.readUInt16LE(at + 24) : encoding,
    channels: head.readUInt16LE(at + 2),
    sampleRateHz: head.readUInt32LE(at + 4),
    bits: head.readUInt16LE(at + 14),
  };
}

function checked(format: WavFormat | undefined): WavFormat {
  const { encoding, bits, channels } = format ?? {};
  const known = (encoding === PCM && bits === 16) || (encoding === FLOAT && bits === 32);
  if (format && known && channels! > 0) return format;
  throw new ProsodiaError(
    'DECODE',
    `Expected a WAV stream of 16-bit or 32-bit float samples but it has encoding ${encoding}, ${bits} bits, ${channels} channels`,
  );
}

function mix(bytes: Buffer, { bits, channels }: WavFormat): Float32Array {
  const width = bits / 8;
  const read =
    bits === 16 ? (at: number) => bytes.readInt16LE(at) / 32_768 : (at: number) => bytes.readFloatLE(at);
  return Float32Array.from({ length: bytes.length / width / channels }, (_, frame) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read((frame * channels + channel) * width);
    return sum / channels;
  });
}
