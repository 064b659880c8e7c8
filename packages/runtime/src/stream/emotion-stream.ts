import { Duplex } from 'node:stream';
import { ReadableStream, TransformStream, type WritableStream } from 'node:stream/web';
import { ProsodiaError } from '@prosodia/contracts/errors';
import type { StreamEvent } from './events.js';
import type { PcmChunk } from './pcm-chunk.js';
import { type AnalyserParts, StreamAnalyser } from './stream-analyser.js';

/** Events that may wait to be read before writing waits as well. */
const EVENTS_AHEAD = 16;

/**
 * Emotion as it is heard: chunks of PCM go in, events come out, at the pace of whoever reads them.
 *
 * A pair of Web streams, an async iterable of its events, and by `toNode` a Node stream. A chunk is done when
 * its events are out; writing waits while nobody reads (back-pressure). Memory does not grow with time.
 *
 * @example
 * for await (const event of recognizer.stream({ sampleRateHz: 48_000 }).from(microphone))
 *   if (event.type === 'segment') console.log(event.startSec, event.endSec, event.label);
 */
export class EmotionStream implements AsyncIterable<StreamEvent> {
  /** The events. */
  readonly readable: ReadableStream<StreamEvent>;
  /** Takes PCM; any other chunk ends the stream with INVALID_ARGUMENT. */
  readonly writable: WritableStream<PcmChunk>;
  #writer: WritableStreamDefaultWriter<PcmChunk> | undefined;

  constructor(parts: Omit<AnalyserParts, 'emit'>) {
    const { signal } = parts;
    let analyser: StreamAnalyser;
    let onAbort: () => void;
    const release = () => signal?.removeEventListener('abort', onAbort);
    const { readable, writable } = new TransformStream<PcmChunk, StreamEvent>(
      {
        start: (controller) => {
          const emit = (event: StreamEvent) => controller.enqueue(event);
          analyser = new StreamAnalyser({ ...parts, emit });
          onAbort = () => controller.error(aborted());
          if (signal?.aborted) onAbort();
          else signal?.addEventListener('abort', onAbort, { once: true });
        },
        transform: async (chunk) => {
          try {
            await analyser.take(chunk);
          } catch (error) {
            release();
            throw error;
          }
        },
        flush: async () => {
          try {
            await analyser.finish();
          } finally {
            release();
          }
        },
      },
      { highWaterMark: 1 },
      { highWaterMark: EVENTS_AHEAD },
    );
    this.readable = readable;
    this.writable = writable;
  }

  /**
   * Writes one chunk; resolves when its events are out, so waits while nobody reads them.
   *
   * @throws ProsodiaError INVALID_ARGUMENT for a chunk that is no PCM; whatever ended the stream
   */
  write(chunk: PcmChunk): Promise<void> {
    this.#writer ??= this.writable.getWriter();
    return this.#writer.write(chunk);
  }

  /** Says that nothing more comes: the speech under way ends and so do the events. */
  end(): Promise<void> {
    this.#writer ??= this.writable.getWriter();
    return this.#writer.close();
  }

  /** Takes everything from `source` and ends with it; its failure ends the events with that error. */
  from(source: AsyncIterable<PcmChunk> | Iterable<PcmChunk> | ReadableStream<PcmChunk>): this {
    const chunks = source instanceof ReadableStream ? source : readableOf(source);
    // A failure reaches whoever reads the events.
    chunks.pipeTo(this.writable).catch(() => {});
    return this;
  }

  /** The stream as a Node `Duplex` in object mode: write PCM, read events. */
  toNode(): Duplex {
    return Duplex.fromWeb(this as Parameters<typeof Duplex.fromWeb>[0], {
      objectMode: true,
      decodeStrings: false,
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    return this.readable[Symbol.asyncIterator]();
  }
}

function readableOf(source: AsyncIterable<PcmChunk> | Iterable<PcmChunk>): ReadableStream<PcmChunk> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return new ReadableStream<PcmChunk>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function aborted(): ProsodiaError {
  return new ProsodiaError('ABORTED', 'The stream was aborted by its signal');
}
