import { ProsodiaError } from '@prosodia/contracts/errors';

/** Samples beside the rate and the time they were captured at, where the source knows them. */
export interface TimedPcm {
  /** Mono; floats in [-1, 1] or 16-bit integers. */
  readonly samples: Float32Array | Int16Array;
  /** Samples per second; the stream's rate unless given. */
  readonly sampleRateHz?: number | undefined;
  /** When the first sample was captured, on any clock in seconds; tells of gaps and corrects drift. */
  readonly timeSec?: number | undefined;
}

/** Mono audio of any length: floats in [-1, 1], 16-bit integers, or their little-endian 16-bit bytes. */
export type PcmChunk = Float32Array | Int16Array | Uint8Array | TimedPcm;

export interface Pcm {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  readonly timeSec: number | undefined;
}

/** Reads chunks; keeps the odd byte of a byte stream until its other half comes. */
export class ChunkReader {
  readonly #sampleRateHz: number;
  #oddByte: number | undefined;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /** @throws ProsodiaError INVALID_ARGUMENT for anything that is no PCM, or for a sample that is not finite */
  read(chunk: unknown): Pcm {
    const timed = toTimed(chunk);
    const { samples, sampleRateHz = this.#sampleRateHz, timeSec } = timed ?? { samples: chunk };
    if (!Number.isInteger(sampleRateHz) || sampleRateHz < 4_000 || sampleRateHz > 384_000)
      throw invalid(`a whole sampleRateHz from 4000 to 384000 but received ${sampleRateHz}`);
    if (timeSec !== undefined && !Number.isFinite(timeSec))
      throw invalid(`a finite timeSec but received ${timeSec}`);
    return { samples: this.#toFloats(samples), sampleRateHz, timeSec };
  }

  #toFloats(samples: unknown): Float32Array {
    if (samples instanceof Float32Array) {
      const bad = firstNotFinite(samples);
      if (bad >= 0) throw invalid(`finite samples but sample ${bad} of a chunk is ${samples[bad]}`);
      // A copy: the caller may fill its buffer anew.
      return samples.slice();
    }
    if (samples instanceof Int16Array) return scaled(samples);
    if (samples instanceof Uint8Array) return this.#fromBytes(samples);
    throw invalid('a Float32Array, an Int16Array, bytes or { samples } as a chunk of audio');
  }

  #fromBytes(bytes: Uint8Array): Float32Array {
    const odd = this.#oddByte === undefined ? [] : [this.#oddByte];
    const all = odd.length === 0 ? bytes : Uint8Array.from([...odd, ...bytes]);
    const count = all.length >> 1;
    this.#oddByte = all.length % 2 === 1 ? all[all.length - 1] : undefined;
    // Bytes may begin at an odd place in their memory, where no 16-bit numbers can.
    const integers = new Int16Array(count);
    new Uint8Array(integers.buffer).set(all.subarray(0, 2 * count));
    if (BIG_ENDIAN) Buffer.from(integers.buffer).swap16();
    return scaled(integers);
  }
}

const BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

// Plain loops: hundreds of streams go through them.
function scaled(integers: Int16Array): Float32Array {
  const floats = new Float32Array(integers.length);
  for (let i = 0; i < integers.length; i++) floats[i] = integers[i]! / 32_768;
  return floats;
}

function firstNotFinite(samples: Float32Array): number {
  for (let i = 0; i < samples.length; i++) if (!Number.isFinite(samples[i]!)) return i;
  return -1;
}

function toTimed(chunk: unknown): TimedPcm | undefined {
  const isPlain = typeof chunk === 'object' && chunk !== null && !ArrayBuffer.isView(chunk);
  return isPlain ? (chunk as TimedPcm) : undefined;
}

function invalid(expected: string): ProsodiaError {
  return new ProsodiaError('INVALID_ARGUMENT', `Expected ${expected}`);
}
