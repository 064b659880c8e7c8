import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AudioClip } from '@prosodia/contracts';
import { networkRows } from '@prosodia/features';
import { Recognizer } from '@prosodia/runtime';
import { withClips } from '../clips.js';
import { ownVersion } from '../machine.js';
import { type BenchRow, median } from '../row.js';
import { writeUntrainedModel } from '../untrained-model.js';
import { loadRows } from './live-load.js';

const RATE_HZ = 16_000;
const CHUNK_SAMPLES = RATE_HZ / 50;
/** How many streams are tried, the most first; base needs some twenty times as much for an answer. */
const STREAMS = { 'paper-final': [200, 100, 50, 25], base: [50, 25, 12, 6] } as const;
/** Later than this in one chunk of a hundred, the streams are too many. */
const LATE_MS = 50;
const REAL_TIME_SEC = 10;
/** Before it is measured: what the first streams load and compile is no part of it. */
const WARM_UP_SEC = 3;
const STARTED_OVER_MS = 1_000;
/** Speech one latency is measured over. */
const LATENCY_SEC = 60;
const WINDOW_SAMPLES = 2 * RATE_HZ;
const FEATURE_ROUNDS = 20;

/** The model to bench: PROSODIA_MODEL, or an untrained network of small size. */
export const BENCH_MODEL =
  process.env.PROSODIA_MODEL ??
  fileURLToPath(new URL('../../../../packages/runtime/test/fixtures/untrained.onnx', import.meta.url));

/** How late a stream's answers come, alone and beside many others: the paper's final network, and base beside it. */
export async function benchLive(): Promise<BenchRow[]> {
  return withPaperFinal((paperFinal) =>
    withClips(RATE_HZ, async ({ clips }) => {
      const speech = joined(clips);
      const rows: BenchRow[] = [];
      for (const [name, model] of [
        ['paper-final', paperFinal],
        ['base', 'base'],
      ] as const) {
        const recognizer = await Recognizer.load(model);
        try {
          const names = { system: `Prosodia, ${name}`, version: ownVersion() };
          rows.push({
            ...{ ...names, work: 'stream: last sample to answer' },
            ...(await latency(recognizer, speech)),
          });
          rows.push({
            ...{ ...names, work: 'stream: features of a window of 2 s, a part of that' },
            ...(await windowFeatures(recognizer, speech)),
          });
          for (const streams of STREAMS[name]) {
            await crowd(recognizer, speech, { streams, durationSec: WARM_UP_SEC });
            const { p99Ms, row } = await crowd(recognizer, speech, { streams, durationSec: REAL_TIME_SEC });
            rows.push({ ...names, work: `${streams} streams in real time: lateness`, ...row });
            console.error(`${name}, ${streams} streams: ${row.error ?? row.accuracy}`);
            if (p99Ms <= LATE_MS) break;
          }
        } finally {
          await recognizer.close();
        }
      }
      return rows;
    }),
  );
}

/** Requests our service answers, beside one written with FastAPI, by one client and one model. */
export async function benchService(): Promise<BenchRow[]> {
  return withPaperFinal((model) =>
    withClips(RATE_HZ, async ({ wavs }) => {
      const recognizer = await Recognizer.load(model);
      try {
        return await loadRows(recognizer, model, wavs);
      } finally {
        await recognizer.close();
      }
    }),
  );
}

/** The paper's final network as a file; untrained, since its time does not depend on its weights. */
async function withPaperFinal<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-bench-live-'));
  try {
    const path = join(folder, 'paper-final.onnx');
    await writeUntrainedModel(path);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function joined(clips: readonly AudioClip[]): Float32Array {
  const all = new Float32Array(clips.reduce((sum, { samples }) => sum + samples.length, 0));
  let at = 0;
  for (const { samples } of clips) {
    all.set(samples, at);
    at += samples.length;
  }
  return all;
}

/** From handing over the chunk with the last sample that an answer needs to the answer. */
async function latency(recognizer: Recognizer, speech: Float32Array): Promise<Partial<BenchRow>> {
  const stream = recognizer.stream({ sampleRateHz: RATE_HZ, hopSec: 0.5 });
  const timesMs: number[] = [];
  let handedMs = 0;
  const reading = (async () => {
    for await (const { type } of stream)
      if (type === 'provisional' || type === 'segment') timesMs.push(performance.now() - handedMs);
  })();
  for (let at = 0; at < Math.min(speech.length, LATENCY_SEC * RATE_HZ); at += CHUNK_SAMPLES) {
    handedMs = performance.now();
    await stream.write(speech.subarray(at, at + CHUNK_SAMPLES));
  }
  await stream.end();
  await reading;
  return described(timesMs, `${timesMs.length} answers`);
}

/** What the features of a provisional answer's window take of it; they are made anew for each. */
async function windowFeatures(recognizer: Recognizer, speech: Float32Array): Promise<Partial<BenchRow>> {
  const windows = Array.from({ length: Math.floor(speech.length / WINDOW_SAMPLES) }, (_, i) => ({
    samples: speech.slice(i * WINDOW_SAMPLES, (i + 1) * WINDOW_SAMPLES),
    sampleRateHz: RATE_HZ,
  }));
  const timesMs: number[] = [];
  for (let round = 0; round < FEATURE_ROUNDS; round++) {
    const start = performance.now();
    for (const { input } of recognizer.card.inputs) await networkRows(windows, input, { threads: 1 });
    timesMs.push((performance.now() - start) / windows.length);
  }
  return described(timesMs, `${windows.length} windows`);
}

/** Streams fed at the pace of speech: how long after a chunk was due it had been worked through. */
async function crowd(
  recognizer: Recognizer,
  speech: Float32Array,
  { streams, durationSec }: { readonly streams: number; readonly durationSec: number },
): Promise<{ p99Ms: number; row: Partial<BenchRow> }> {
  const latenessMs: number[] = [];
  let answers = 0;
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const one = async (index: number) => {
    const stream = recognizer.stream({ sampleRateHz: RATE_HZ, hopSec: 0.5 });
    const reading = (async () => {
      for await (const { type } of stream) if (type === 'provisional' || type === 'segment') answers++;
    })();
    const offset = (index * 7_919 * CHUNK_SAMPLES) % speech.length;
    const startMs = begin + (index / streams) * STARTED_OVER_MS;
    // Chunks of 0.1 s, as microphones and browsers hand them over.
    const size = 5 * CHUNK_SAMPLES;
    for (let sent = 0; sent < durationSec * RATE_HZ; sent += size) {
      const dueMs = startMs + (1_000 * (sent + size)) / RATE_HZ;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const at = (offset + sent) % (speech.length - size);
      await stream.write(speech.subarray(at, at + size));
      latenessMs.push(Math.max(0, performance.now() - dueMs));
    }
    await stream.end();
    await reading;
  };
  await Promise.all(Array.from({ length: streams }, (_, index) => one(index)));
  const { user, system } = process.cpuUsage(cpu);
  const cores = (user + system) / 1_000 / (performance.now() - begin);
  const row = described(latenessMs, `${answers} answers, ${cores.toFixed(2)} cores`);
  return { p99Ms: p99Of(latenessMs), row };
}

function described(timesMs: number[], note: string): Partial<BenchRow> {
  if (timesMs.length === 0) return { error: 'no speech in the clips: set RAVDESS_DIR' };
  const sorted = timesMs.sort((a, b) => a - b);
  return {
    medianMs: median(sorted),
    minMs: sorted[0]!,
    maxMs: sorted.at(-1)!,
    accuracy: `p99 ${p99Of(sorted).toFixed(1)} ms; ${note}`,
  };
}

/** @param sorted  ascending */
function p99Of(sorted: readonly number[]): number {
  return sorted[Math.floor(0.99 * sorted.length)]!;
}
