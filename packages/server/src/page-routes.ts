import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));
const UPLOT = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');

/** Every file of the page by its address; nothing else can be asked for. */
const FILES = [
  { path: '/', file: join(PUBLIC, 'index.html'), type: 'text/html; charset=utf-8' },
  ...['style.css', 'uPlot.min.css'].map((name) => ({
    path: `/${name}`,
    file: place(name),
    type: 'text/css',
  })),
  ...[
    'app.js',
    'connection.js',
    'live.js',
    'recording.js',
    'charts.js',
    'enrol.js',
    'formats.js',
    'capture-worklet.js',
    'uPlot.esm.js',
  ].map((name) => ({ path: `/${name}`, file: place(name), type: 'text/javascript' })),
] as const;

const SAFETY = {
  'content-security-policy':
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;

/** The page and its parts; they hold no secret and are served without a token, so that the page can ask for it. */
export async function addPageRoutes(app: FastifyInstance): Promise<void> {
  for (const { path, file, type } of FILES) {
    const content = await readFile(file);
    app.get(path, { config: { open: true } }, async (_, reply) => {
      reply.headers(SAFETY).type(type);
      return content;
    });
  }
}

function place(name: string): string {
  return join(name.startsWith('uPlot') ? UPLOT : PUBLIC, name);
}
