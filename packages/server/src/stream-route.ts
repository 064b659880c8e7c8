import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseWith } from '@prosodia/contracts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ServerContext } from './context.js';
import { failureOf } from './failure.js';
import { refusalOf } from './guard.js';
import { type StreamQuery, streamQuerySchema } from './stream-query.js';
import { StreamSession } from './stream-session.js';

const PATH = '/v1/stream';
const PROTOCOL = 'prosodia.v1';
/** Largest message taken: five seconds at 48 kHz and 32 bits. */
const MAX_MESSAGE_BYTES = 2 ** 20;
const PING_MS = 15_000;

/** `WS /v1/stream`: PCM in binary messages, events as JSON text; `{"type":"end"}` says that nothing more comes. */
export class StreamRoute {
  readonly #context: ServerContext;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #sessions = new Map<StreamSession, Promise<void>>();
  readonly #pings: NodeJS.Timeout;
  #closing = false;

  constructor(server: Server, context: ServerContext) {
    this.#context = context;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#pings = setInterval(() => {
      for (const session of this.#sessions.keys()) session.ping();
    }, PING_MS);
    this.#pings.unref();
  }

  /** Takes no more audio, lets every stream answer what it heard, and closes them. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#pings);
    for (const session of this.#sessions.keys()) session.end(1001);
    await Promise.all(this.#sessions.values());
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const admitted = this.#admit(request);
    if ('status' in admitted) {
      turnAway(socket, admitted.status, admitted.message);
      return;
    }
    const { streams } = this.#context;
    socket.once('close', () => streams.leave(admitted.client));
    this.#sockets.handleUpgrade(request, socket, head, (connection) => {
      this.#open(connection, admitted.query);
    });
  }

  /** Takes a place for the client, or says why there is none for it. */
  #admit(request: IncomingMessage): { client: string; query: StreamQuery } | Refusal {
    const { settings, streams } = this.#context;
    const refused = refusalOf(request, settings.token);
    if (refused) return { status: refused };
    try {
      const url = new URL(request.url ?? '', 'http://localhost');
      if (url.pathname !== PATH) return { status: 404 };
      const query = parseWith(streamQuerySchema, Object.fromEntries(url.searchParams), 'stream query');
      if (this.#closing) return { status: 503 };
      const client = request.socket.remoteAddress ?? '';
      const entered = streams.enter(client);
      if (entered !== 'entered') return { status: entered === 'client' ? 429 : 503 };
      return { client, query };
    } catch (error) {
      return { status: 400, message: failureOf(error).error.message };
    }
  }

  #open(connection: WebSocket, query: StreamQuery): void {
    const session = new StreamSession(connection, query, this.#context);
    this.#context.metrics.streams.inc();
    const done = session.run().finally(() => {
      this.#context.metrics.streams.dec();
      this.#sessions.delete(session);
    });
    this.#sessions.set(session, done);
    if (this.#closing) session.end(1001);
  }
}

interface Refusal {
  readonly status: number;
  readonly message?: string;
}

function turnAway(socket: Duplex, status: number, message = STATUS_CODES[status] ?? ''): void {
  const body = JSON.stringify({ error: { code: `HTTP_${status}`, message } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
