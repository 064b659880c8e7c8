import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProsodiaError } from '@prosodia/contracts';
import { WebSocket } from 'ws';
import type { HeardSegment, Listening } from './listening.js';
import { heardByPage } from './page-way.js';

const PROGRAM = fileURLToPath(new URL('../../../cli/bin/prosodia.mjs', import.meta.url));
/** Samples of a chunk in code, bytes of a message over the network; no multiple of one another. */
const CHUNK_SAMPLES = 4_800;
const MESSAGE_BYTES = 30_000;

/** Every way to hear a recording, by its name. */
export const WAYS: Readonly<Record<string, (listening: Listening) => Promise<HeardSegment[]>>> = {
  code: heardByCode,
  'prosodia timeline': heardByTimeline,
  'prosodia listen': heardByListen,
  'prosodia listen, standard input': heardByPipe,
  'WebSocket /v1/stream': heardBySocket,
  'the page in Chromium': heardByPage,
};

async function heardByCode({ recognizer, samples, sampleRateHz }: Listening): Promise<HeardSegment[]> {
  const chunks = Array.from({ length: Math.ceil(samples.length / CHUNK_SAMPLES) }, (_, i) =>
    samples.subarray(i * CHUNK_SAMPLES, (i + 1) * CHUNK_SAMPLES),
  );
  const segments: HeardSegment[] = [];
  for await (const event of recognizer.stream({ sampleRateHz }).from(chunks))
    if (event.type === 'segment') segments.push(event);
  return segments;
}

async function heardByTimeline({ model, file, folder }: Listening): Promise<HeardSegment[]> {
  const out = join(folder, 'timeline.json');
  await prosodia(['timeline', file, '--model', model, '--out', out]);
  return (JSON.parse(await readFile(out, 'utf8')) as { segments: HeardSegment[] }).segments;
}

async function heardByListen({ model, file }: Listening): Promise<HeardSegment[]> {
  return segmentsOf(await prosodia(['listen', '--model', model, '--file', file, '--fast', '--json']));
}

async function heardByPipe({ model, file }: Listening): Promise<HeardSegment[]> {
  return segmentsOf(await prosodia(['listen', '--model', model, '--json'], await readFile(file)));
}

function heardBySocket({ url, samples, sampleRateHz }: Listening): Promise<HeardSegment[]> {
  const bytes = Buffer.from(Int16Array.from(samples, (sample) => 32_768 * sample).buffer);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?sampleRateHz=${sampleRateHz}`);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    socket.on('open', () => {
      for (let at = 0; at < bytes.length; at += MESSAGE_BYTES)
        socket.send(bytes.subarray(at, at + MESSAGE_BYTES));
      socket.send('{"type":"end"}');
    });
    socket.on('close', () => resolve(segmentsOf(messages.join('\n'))));
    socket.on('error', reject);
  });
}

/** From lines of JSON, the segments. */
function segmentsOf(lines: string): HeardSegment[] {
  const events = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HeardSegment & { readonly type: string });
  return events.filter(({ type }) => type === 'segment');
}

/** Runs the command line and returns what it prints. */
function prosodia(args: readonly string[], input?: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout!.on('data', (part: Buffer) => out.push(part));
    child.stderr!.on('data', (part: Buffer) => err.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else
        reject(
          new ProsodiaError(
            'MODEL',
            `prosodia ${args[0]} ended with ${code}: ${Buffer.concat(err).toString('utf8')}`,
          ),
        );
    });
    // A program that ends early says why by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
