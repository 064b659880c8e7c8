import type { AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import type { Recognizer } from '@prosodia/runtime';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { createContext, type ServerContext } from './context.js';
import { failureOf, RequestError } from './failure.js';
import { refusalOf } from './guard.js';
import { addInferenceRoutes } from './inference-routes.js';
import { openApiDocument } from './openapi.js';
import { type ServerOptions, type ServerSettings, serverSettings } from './options.js';
import { addPageRoutes } from './page-routes.js';
import { addProfileRoutes } from './profile-routes.js';
import { ProfileStore } from './profile-store.js';
import { addRecognizeRoute } from './recognize-route.js';
import { RemoteRecognizer } from './remote-recognizer.js';
import { StreamRoute } from './stream-route.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served without a token. */
    open?: boolean;
  }
}

/** How often Node looks for requests that take too long. */
const CHECK_MS = 500;
const MAX_JSON_BYTES = 16 * 2 ** 20;

export interface ProsodiaServer {
  /** Where it listens. */
  readonly url: string;
  /** Takes nothing new, finishes what was accepted (at most for `graceMs`), and ends. */
  close(): Promise<void>;
}

/**
 * Serves a recognizer over HTTP and WebSocket; the recognizer stays the caller's to close.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for an option; Error when the address cannot be had
 * @example
 * const server = await serve(await Recognizer.load('model.onnx'), { port: 8080 });
 * console.log(server.url);
 */
export async function serve(recognizer: Recognizer, options: ServerOptions = {}): Promise<ProsodiaServer> {
  const settings = serverSettings(options);
  const ending = new AbortController();
  const answers =
    settings.backend === undefined ? recognizer : new RemoteRecognizer(recognizer, settings.backend);
  const profiles =
    settings.profiles === undefined
      ? undefined
      : await ProfileStore.open(settings.profiles, recognizer, settings.maxProfiles);
  const context = createContext(settings, recognizer, { answers, profiles, ending: ending.signal });
  const app = await createApp(context);
  const streams = new StreamRoute(app.server, context);
  await app.listen({ host: settings.host, port: settings.port });
  return {
    url: urlOf(app.server.address() as AddressInfo, settings.host),
    close: async () => {
      const timer = setTimeout(() => {
        ending.abort();
        app.server.closeAllConnections();
      }, settings.graceMs);
      try {
        await Promise.all([streams.close(), app.close()]);
      } finally {
        clearTimeout(timer);
        ending.abort();
      }
    },
  };
}

/** The HTTP part, not listening yet. */
export async function createApp(context: ServerContext): Promise<FastifyInstance> {
  const { settings, recognizer, metrics } = context;
  const app = fastify(fastifyOptions(settings)) as unknown as FastifyInstance;
  await app.register(rateLimit, {
    max: settings.requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_, { after }) => new RequestError(429, `Too many requests; try again in ${after}`),
  });
  await app.register(multipart, {
    limits: { fileSize: settings.maxUploadBytes, files: settings.maxFiles, fields: 16, fieldSize: 4_096 },
    throwFileSizeLimit: true,
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.open) return;
    const refused = refusalOf(request.raw, settings.token);
    if (refused === 401) throw new RequestError(401, 'Expected Authorization: Bearer and the token');
    if (refused === 403) throw new RequestError(403, 'Expected a page of this server, or no browser');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1_000);
  });
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error);
    if (failure.status >= 500) request.log.error({ err: error }, 'request failed');
    return reply.status(failure.status).send({ error: failure.error });
  });
  app.setNotFoundHandler((_, reply) =>
    reply
      .status(404)
      .send({ error: { code: 'NOT_FOUND', message: 'There is nothing here; see /openapi.json' } }),
  );
  addRecognizeRoute(app, context);
  addProfileRoutes(app, context);
  addInferenceRoutes(app, context);
  const document = openApiDocument(recognizer.card, {
    needsToken: settings.token !== undefined,
    keepsProfiles: settings.profiles !== undefined,
  });
  app.get('/openapi.json', { config: { open: true } }, async () => document);
  app.get('/v1/model', async () => recognizer.card);
  app.get('/v1/stream', async () => {
    throw new RequestError(426, 'Expected a WebSocket');
  });
  app.get('/metrics', async (_, reply) => {
    reply.type(metrics.contentType);
    return metrics.text();
  });
  await addPageRoutes(app);
  await app.ready();
  return app;
}

function fastifyOptions(settings: ServerSettings) {
  const { requestTimeoutMs } = settings;
  return {
    bodyLimit: MAX_JSON_BYTES,
    requestTimeout: requestTimeoutMs,
    http: {
      connectionsCheckingInterval: Math.min(CHECK_MS, requestTimeoutMs),
      headersTimeout: Math.min(10_000, requestTimeoutMs),
      keepAliveTimeout: 5_000,
    },
    forceCloseConnections: 'idle' as const,
    logger: settings.log && {
      level: 'info',
      stream: process.stderr,
      // Neither headers (tokens) nor queries nor names of files: only what was asked for and how it went.
      serializers: {
        req: ({ method, routeOptions }: FastifyRequest) => ({
          method,
          // Absent while a request is still without a route.
          route: routeOptions?.url ?? 'unknown',
        }),
      },
    },
  };
}

function urlOf({ port }: AddressInfo, host: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
