import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AudioClip, type Recognition, Recognizer } from '@prosodia/runtime';
import { type ProsodiaServer, type ServerOptions, serve } from '@prosodia/server';
import { WebSocket } from 'ws';

/** An untrained network: what it says means nothing, but it says the same every time. */
export const MODEL = new Uint8Array(
  readFileSync(join(import.meta.dirname, '../../runtime/test/fixtures/untrained.onnx')),
);
export const RATE_HZ = 16_000;

export interface Service extends ProsodiaServer {
  readonly recognizer: Recognizer;
}

/** A service on a free port with a recognizer of its own. */
export async function start(options: ServerOptions = {}, recognizerOptions = {}): Promise<Service> {
  const recognizer = await Recognizer.load(MODEL, recognizerOptions);
  const server = await serve(recognizer, { port: 0, requestsPerMinute: 1_000_000, ...options });
  return {
    url: server.url,
    recognizer,
    close: async () => {
      await server.close();
      await recognizer.close();
    },
  };
}

const { PI, sin, exp, max } = Math;

/** A second of silence, two of vowels in syllables, two of silence: the detector takes the middle for speech. */
export function vowels(): AudioClip {
  const samples = new Float32Array(5 * RATE_HZ);
  let phase = 0;
  for (let i = 0; i < 2 * RATE_HZ; i++) {
    const t = i / RATE_HZ;
    phase += (2 * PI * (130 + 40 * sin(3 * t))) / RATE_HZ;
    const syllable = max(0, sin(2 * PI * 4 * t)) ** 0.5;
    let value = 0;
    for (let harmonic = 1; harmonic <= 25; harmonic++) {
      const hz = harmonic * 130;
      const formants = exp(-(((hz - 700) / 200) ** 2)) + 0.6 * exp(-(((hz - 1_200) / 250) ** 2));
      value += (formants + 0.05 / harmonic) * sin(harmonic * phase);
    }
    // On a 16-bit grid, so that every way of sending it carries the same samples.
    samples[RATE_HZ + i] = Math.round(0.12 * syllable * value * 32_768) / 32_768;
  }
  return { samples, sampleRateHz: RATE_HZ };
}

export function toInt16({ samples }: AudioClip): Int16Array {
  return Int16Array.from(samples, (sample) => sample * 32_768);
}

export type StreamMessage = Partial<Recognition> & {
  readonly type: string;
  readonly error?: { readonly code: string; readonly message: string };
};

/** Sends a clip over WS in pieces and returns every message and the closing code. */
export function stream(
  url: string,
  pieces: readonly (Uint8Array | string)[],
  options: { query?: string; headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<{ messages: StreamMessage[]; code: number }> {
  const { query = `sampleRateHz=${RATE_HZ}`, headers = {}, protocols = [] } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?${query}`, protocols, { headers });
    const messages: StreamMessage[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data)) as StreamMessage));
    socket.on('open', () => {
      for (const piece of pieces) socket.send(piece);
    });
    socket.on('close', (code) => resolve({ messages, code }));
    socket.on('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
    socket.on('error', reject);
  });
}

export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

export function bytesOf(samples: Int16Array | Float32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export async function upload(
  url: string,
  files: Readonly<Record<string, Uint8Array>>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: { results: Record<string, unknown>[]; error?: { code: string } } }> {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) form.append('file', new Blob([bytes.slice()]), name);
  const response = await fetch(`${url}/v1/recognize`, { method: 'POST', body: form, headers });
  return { status: response.status, body: (await response.json()) as never };
}
