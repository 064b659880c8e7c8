import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Prefix of the WebSocket subprotocol that carries a token, for browsers, which cannot set headers there. */
const TOKEN_PROTOCOL = 'bearer.';

/**
 * Whether a request may come in.
 *
 * Without a token, only pages that this server itself served may call it from a browser: another site's page
 * would otherwise reach a service on loopback through its visitor.
 */
export function refusalOf(request: IncomingMessage, token: string | undefined): 401 | 403 | undefined {
  if (token === undefined) return isForeign(request) ? 403 : undefined;
  const given = bearerOf(request);
  return given !== undefined && same(given, token) ? undefined : 401;
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  const header = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (header !== undefined) return header;
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
  return protocols.find((part) => part.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
}

/** A page of another origin, or one that reached loopback under a name of its own (DNS rebinding). */
function isForeign({ headers }: IncomingMessage): boolean {
  const host = headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(name)) return true;
  const { origin } = headers;
  return origin !== undefined && origin !== `http://${host}`;
}

function same(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
