import type { EmotionStream, PcmChunk } from '@prosodia/runtime';
import type { RawData, WebSocket } from 'ws';
import type { ServerContext } from './context.js';
import { failureOf, invalid } from './failure.js';
import { profilesOf } from './profile-routes.js';
import type { StreamQuery } from './stream-query.js';

/** Chunks that may wait before the connection is read no further. */
const MAX_WAITING = 8;
/** Events a client has not read yet; one that lags further behind is cut off. */
const MAX_UNREAD_BYTES = 2 ** 20;

/** One client's stream: reads no faster than is computed, and waits for no client that does not read. */
export class StreamSession {
  readonly #connection: WebSocket;
  readonly #context: ServerContext;
  readonly #query: StreamQuery;
  readonly #abort = new AbortController();
  readonly #stream: EmotionStream;
  #waiting = 0;
  #ended = false;
  #closeCode = 1000;
  #alive = true;
  #idle: NodeJS.Timeout | undefined;

  constructor(connection: WebSocket, query: StreamQuery, context: ServerContext) {
    this.#connection = connection;
    this.#context = context;
    this.#query = query;
    const { sampleRateHz, hopSec, windowSec, smoothing } = query;
    this.#stream = context.recognizer.stream({
      ...{ sampleRateHz, hopSec, windowSec, smoothing },
      speaker: query.profile === undefined ? context.answers : profilesOf(context).speaker(query.profile),
      signal: this.#abort.signal,
    });
    const onEnd = () => this.#cut();
    context.ending.addEventListener('abort', onEnd, { once: true });
    connection.on('message', (data, isBinary) => this.#take(data, isBinary));
    connection.on('pong', () => {
      this.#alive = true;
    });
    connection.on('error', () => this.#cut());
    connection.once('close', () => {
      context.ending.removeEventListener('abort', onEnd);
      clearTimeout(this.#idle);
      this.#abort.abort();
    });
    this.#touch();
  }

  /** Sends events until the stream ends, however it does. */
  async run(): Promise<void> {
    try {
      for await (const event of this.#stream) {
        this.#context.metrics.streamEvents.inc({ type: event.type });
        this.#send(event);
      }
      this.#send({ type: 'done' });
      this.#connection.close(this.#closeCode);
    } catch (error) {
      const failure = failureOf(error);
      if (!this.#abort.signal.aborted) this.#send({ type: 'error', error: failure.error });
      this.#connection.close(failure.status < 500 ? 1008 : 1011);
    }
  }

  /** Takes no more audio; what was taken is still answered. */
  end(closeCode = 1000): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closeCode = closeCode;
    clearTimeout(this.#idle);
    // A failure is told by the events.
    this.#stream.end().catch(() => {});
  }

  /** Cuts a connection whose other side has gone without a word. */
  ping(): void {
    if (this.#alive) this.#connection.ping();
    else this.#cut();
    this.#alive = false;
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    this.#touch();
    try {
      if (isBinary) this.#write(toPcm(data as Buffer, this.#query.format));
      else this.#command(String(data));
    } catch (error) {
      this.#send({ type: 'error', error: failureOf(error).error });
      this.#ended = true;
      this.#connection.close(1007);
    }
  }

  #command(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      throw invalid('Expected JSON in a text message');
    }
    if ((message as { type?: unknown } | null)?.type !== 'end') throw invalid('Expected {"type":"end"}');
    this.end();
  }

  #write(chunk: Float32Array | Uint8Array): void {
    const bytesPerSample = this.#query.format === 's16le' ? 2 : 4;
    this.#context.metrics.heardSeconds.inc(chunk.byteLength / bytesPerSample / this.#query.sampleRateHz);
    if (++this.#waiting >= MAX_WAITING) this.#connection.pause();
    this.#stream
      .write(chunk satisfies PcmChunk)
      .catch(() => {})
      .finally(() => {
        if (--this.#waiting < MAX_WAITING) this.#connection.resume();
      });
  }

  #send(message: unknown): void {
    if (this.#connection.readyState !== this.#connection.OPEN) return;
    if (this.#connection.bufferedAmount > MAX_UNREAD_BYTES) this.#cut();
    else this.#connection.send(JSON.stringify(message));
  }

  #touch(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end(), this.#context.settings.streamIdleMs);
  }

  #cut(): void {
    this.#abort.abort();
    this.#connection.terminate();
  }
}

function toPcm(bytes: Buffer, format: StreamQuery['format']): Float32Array | Uint8Array {
  if (format === 's16le') return bytes;
  if (bytes.length % 4 !== 0)
    throw invalid(`Expected whole 32-bit floats but received ${bytes.length} bytes`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
