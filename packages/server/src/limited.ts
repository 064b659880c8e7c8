import type { FastifyRequest } from 'fastify';
import type { ServerContext } from './context.js';
import { RequestError } from './failure.js';

/** Runs work within the client's limits and the time a request may take. */
export async function limited<T>(
  request: FastifyRequest,
  { requests, settings, ending }: ServerContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (requests.enter(request.ip) !== 'entered')
    throw new RequestError(429, `Expected at most ${settings.maxRequestsPerClient} requests at once`);
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), settings.requestTimeoutMs);
  const onEnd = () => time.abort();
  request.raw.once('close', () => {
    // Nobody is left to be answered.
    if (request.raw.destroyed && !request.raw.complete) time.abort();
  });
  ending.addEventListener('abort', onEnd, { once: true });
  try {
    return await work(time.signal);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', onEnd);
    requests.leave(request.ip);
  }
}
