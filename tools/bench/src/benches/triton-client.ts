import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Recognizer } from '@prosodia/runtime';
import { serve } from '@prosodia/server';
import { pythonPlace } from '../peer-places.js';
import type { BenchRow } from '../row.js';
import { BENCH_MODEL } from './live.js';

const SCRIPT = fileURLToPath(new URL('../../peers/triton_client.py', import.meta.url));
const ROWS = 4;
const run = promisify(execFile);

/** Whether NVIDIA's client gets from our service what the recognizer answers. */
export async function benchTritonClient(): Promise<BenchRow[]> {
  const names = { system: 'tritonclient', work: 'Open Inference Protocol, client of others', version: '2' };
  const recognizer = await Recognizer.load(BENCH_MODEL);
  const server = await serve(recognizer, { port: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-triton-'));
  try {
    const python = await pythonPlace('triton');
    const { name, shape, size } = recognizer.inputs[0]!;
    const flat = Array.from({ length: ROWS }, (_, row) =>
      Float32Array.from({ length: size }, (_, i) => 10 * Math.sin(row + 0.7 * i)),
    );
    const probabilities = (await recognizer.infer(flat)).map((row) => Array.from(row));
    const path = join(folder, 'expected.json');
    const rows = flat.map((row) => shaped(Array.from(row), shape));
    await writeFile(path, JSON.stringify({ input: name, rows, probabilities }));
    const { stdout } = await run(python, [SCRIPT, new URL(server.url).host, recognizer.card.name, path]);
    const { largestDifference } = JSON.parse(stdout) as { largestDifference: number };
    return [{ ...names, accuracy: `max |Δp| ${largestDifference.toExponential(1)}, JSON and binary` }];
  } catch (cause) {
    return [{ ...names, error: cause instanceof Error ? cause.message : String(cause) }];
  } finally {
    await rm(folder, { recursive: true });
    await server.close();
    await recognizer.close();
  }
}

function shaped(values: readonly number[], [, ...inner]: readonly number[]): unknown[] {
  if (inner.length === 0) return [...values];
  const size = inner.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: values.length / size }, (_, i) =>
    shaped(values.slice(i * size, (i + 1) * size), inner),
  );
}
