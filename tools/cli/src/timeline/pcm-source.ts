import { setTimeout as sleep } from 'node:timers/promises';
import { ProsodiaError } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import type { PcmChunk, TimedPcm } from '@prosodia/runtime';
import { chunksOf } from './timeline.js';
import { readWav } from './wav-stream.js';

const CHUNK_SEC = 0.1;

/** Where `listen` hears from, and at which rate its chunks come unless they say so. */
export interface PcmSource {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly chunks: AsyncIterable<PcmChunk>;
  /** Ends the chunks as if the source had nothing more. */
  stop(): void;
}

/** A file of any known format, decoded at once and handed out in chunks of 0.1 s. */
export async function fileSource(path: string, fast: boolean, signal: AbortSignal): Promise<PcmSource> {
  const { samples, sampleRateHz } = await decodeFile(path, { signal });
  const size = Math.round(CHUNK_SEC * sampleRateHz);
  return stoppable(path, sampleRateHz, paced(chunksOf(samples, size), fast ? 0 : CHUNK_SEC));
}

/** Standard input: a WAV stream, or headerless mono 16-bit little-endian samples at `rateHz`. */
export function inputSource(input: AsyncIterable<Uint8Array>, rateHz: number): PcmSource {
  return stoppable('standard input', rateHz, readWav(input));
}

/**
 * The microphone, through decibri's prebuilt addon.
 *
 * @throws ProsodiaError NATIVE_LOAD where the package or a sound card is missing
 */
export async function microphoneSource(rateHz: number): Promise<PcmSource> {
  const microphone = await openMicrophone(rateHz);
  const source = stoppable('the microphone', rateHz, heardBy(microphone));
  return {
    ...source,
    stop: () => {
      source.stop();
      microphone.stop();
    },
  };
}

async function openMicrophone(rateHz: number) {
  try {
    const { Microphone } = await import('decibri');
    return await Microphone.open({ sampleRate: rateHz, channels: 1 });
  } catch (cause) {
    throw noMicrophone(cause);
  }
}

/** A missing sound card shows itself with the first chunk. */
async function* heardBy(microphone: AsyncIterable<Uint8Array>): AsyncGenerator<PcmChunk> {
  try {
    yield* microphone;
  } catch (cause) {
    throw noMicrophone(cause);
  }
}

function noMicrophone(cause: unknown): ProsodiaError {
  const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  return new ProsodiaError(
    'NATIVE_LOAD',
    `Cannot open a microphone: ${why}. Without one, listen to --file FILE or pipe audio in`,
    { cause },
  );
}

function stoppable(name: string, sampleRateHz: number, chunks: AsyncIterable<PcmChunk>): PcmSource {
  let stop = () => {};
  const stopped = new Promise<IteratorResult<PcmChunk>>((resolve) => {
    stop = () => resolve({ done: true, value: undefined });
  });
  const iterator = chunks[Symbol.asyncIterator]();
  return {
    name,
    sampleRateHz,
    stop,
    chunks: { [Symbol.asyncIterator]: () => ({ next: () => Promise.race([iterator.next(), stopped]) }) },
  };
}

/** Each chunk when its last sample would have been spoken. */
async function* paced(chunks: Iterable<PcmChunk>, chunkSec: number): AsyncGenerator<PcmChunk> {
  const begin = performance.now();
  let due = begin;
  for (const chunk of chunks) {
    due += 1_000 * chunkSec;
    const wait = due - performance.now();
    if (chunkSec > 0 && wait > 0) await sleep(wait);
    yield chunk;
  }
}

/** The largest deflection of a chunk, 0 to 1. */
export function peakOf(chunk: PcmChunk): number {
  const samples = isTimed(chunk) ? chunk.samples : chunk;
  if (samples instanceof Uint8Array) {
    const even = samples.length - (samples.length % 2);
    return peakOf(new Int16Array(samples.slice(0, even).buffer));
  }
  const full = samples instanceof Int16Array ? 32_768 : 1;
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak / full;
}

function isTimed(chunk: PcmChunk): chunk is TimedPcm {
  return !ArrayBuffer.isView(chunk);
}
