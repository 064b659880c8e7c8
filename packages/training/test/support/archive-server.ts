import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local web server with one archive and a script of how to treat each request. */
export interface ArchiveServer {
  readonly url: string;
  /** The Range header of each request so far; empty where there was none. */
  readonly ranges: string[];
  close(): Promise<void>;
}

export type Behaviour =
  | { readonly kind: 'serve' }
  /** Answers 200 with everything, whatever was asked. */
  | { readonly kind: 'ignore-range' }
  /** Breaks the connection after so many bytes. */
  | { readonly kind: 'break'; readonly after: number }
  /** Sends so many bytes and then nothing more. */
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number };

/** @param behaviours  one for each request; the last one also for all that follow */
export async function serveArchive(
  archive: Buffer,
  behaviours: readonly Behaviour[],
): Promise<ArchiveServer> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    const behaviour = behaviours[Math.min(ranges.length, behaviours.length - 1)]!;
    ranges.push(request.headers.range ?? '');
    answer(request, response, archive, behaviour);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/corpus.zip`,
    ranges,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  archive: Buffer,
  behaviour: Behaviour,
): void {
  if (behaviour.kind === 'status') {
    response.writeHead(behaviour.status).end('no');
    return;
  }
  const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const from = behaviour.kind === 'ignore-range' ? 0 : asked;
  if (from >= archive.length) {
    response.writeHead(416, { 'content-range': `bytes */${archive.length}` }).end();
    return;
  }
  const body = archive.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` } : {}),
  });
  if (behaviour.kind === 'break')
    response.write(body.subarray(0, behaviour.after), () => setTimeout(() => response.destroy(), 20));
  else if (behaviour.kind === 'stall') response.write(body.subarray(0, behaviour.after));
  else response.end(body);
}
