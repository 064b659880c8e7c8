import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Recognizer } from '@prosodia/runtime';
import { RemoteRecognizer } from '@prosodia/server';
import { withClips } from '../clips.js';
import { freePort } from '../free-port.js';
import { pythonPlace } from '../peer-places.js';
import type { BenchRow } from '../row.js';
import { BENCH_MODEL } from './live.js';

const RUNTIME = fileURLToPath(new URL('../../peers/mlserver_model.py', import.meta.url));
const RATE_HZ = 16_000;
const START_MS = 60_000;

/** Whether our `--backend` gets from a real MLServer what the local network answers, for every clip. */
export async function benchMlserver(): Promise<BenchRow[]> {
  const names = { system: 'MLServer', work: '--backend: a server of others', version: '1.7.1' };
  const recognizer = await Recognizer.load(BENCH_MODEL);
  try {
    return await withMlserver(recognizer.card.name, (base) =>
      withClips(RATE_HZ, async ({ wavs, source }) => {
        const remote = new RemoteRecognizer(recognizer, base);
        let largest = 0;
        for (const wav of wavs) {
          const [ours, theirs] = [await recognizer.recognize(wav), await remote.recognize(wav)];
          for (const [label, p] of Object.entries(ours.probabilities))
            largest = Math.max(largest, Math.abs(p - (theirs.probabilities[label] ?? 1)));
        }
        return [
          { ...names, accuracy: `max |Δp| ${largest.toExponential(1)}, ${wavs.length} clips (${source})` },
        ];
      }),
    );
  } catch (cause) {
    return [{ ...names, error: cause instanceof Error ? cause.message : String(cause) }];
  } finally {
    await recognizer.close();
  }
}

async function withMlserver<T>(name: string, work: (base: string) => Promise<T>): Promise<T> {
  const python = await pythonPlace('mlserver');
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-mlserver-'));
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  await copyFile(RUNTIME, join(folder, 'mlserver_model.py'));
  const model = {
    name,
    implementation: 'mlserver_model.OnnxModel',
    parameters: { uri: resolve(BENCH_MODEL) },
  };
  await writeFile(join(folder, 'model-settings.json'), JSON.stringify(model));
  const settings = {
    ...{ host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 },
  };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
  let said = '';
  // Not by its script: that one names the folder the environment was made in.
  const child = spawn(python, ['-c', 'from mlserver.cli import main; main()', 'start', folder], {
    cwd: folder,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said = (said + data).slice(-2_000);
    });
  const base = `http://127.0.0.1:${http}`;
  try {
    const deadline = performance.now() + START_MS;
    for (;;) {
      const ready = await fetch(`${base}/v2/models/${name}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return await work(base);
      if (performance.now() > deadline || child.exitCode !== null)
        throw new Error(`MLServer did not come up (exit code ${child.exitCode}): ${said}`);
      await new Promise((next) => setTimeout(next, 200));
    }
  } finally {
    const ended = new Promise((next) => child.once('exit', next));
    if (child.exitCode === null && child.kill()) await ended;
    await rm(folder, { recursive: true });
  }
}
