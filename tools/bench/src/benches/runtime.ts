import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { networkRowsFromFiles } from '@prosodia/features';
import { Recognizer, readModelFile } from '@prosodia/runtime';
import { loadTensorflow } from '@prosodia/training';
import { type BenchClips, withClips } from '../clips.js';
import { type Contender, contest, inProcess } from '../contender.js';
import { ownVersion } from '../machine.js';
import { nodePeer, pythonPeer } from '../peer-places.js';
import { writeRandomTransformer } from '../random-transformer.js';
import type { BenchRow, FiguredRows } from '../row.js';
import type { RuntimeFigures, SoakFigures } from '../runtime-child.js';
import { paperNetwork, writeUntrainedModel } from '../untrained-model.js';

const CLIP_RATE_HZ = 48_000;
const ROUNDS = 9;
const CHILD = fileURLToPath(new URL('../runtime-child.js', import.meta.url));

/** Models whose figures are shown beside those of `paper-final`. */
const SHIPPED = ['base', 'fast'] as const;

/**
 * From a WAV file of 48 kHz to its emotion: one call at a time, beside peers; and what a process notices of it. Figures at
 * the top are those of `paper-final`, untrained: its time does not depend on what it has learned.
 */
export async function benchRuntime(): Promise<FiguredRows> {
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-bench-model-'));
  try {
    const model = join(folder, 'paper-final.onnx');
    await writeUntrainedModel(model);
    return await withClips(CLIP_RATE_HZ, async (clips) => {
      // First, alone: a process of its own, nothing warm.
      const figures = await runtimeFigures(model, clips.wavs);
      const shipped: Record<string, RuntimeFigures> = {};
      for (const name of SHIPPED) shipped[name] = await runtimeFigures(name, clips.wavs);
      const table = Object.entries({ 'paper-final': figures, ...shipped }).map(([name, found]) => ({
        model: name,
        ...found,
      }));
      return { rows: await race(model, clips), figures: { ...figures, ...shipped }, tables: [table] };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Holds a recognizer under load for some minutes, says how its memory moved, and compares what 64 callers are answered at
 * once with what one is answered alone.
 *
 * @param calls  of each of the 64 callers
 */
export async function soakRuntime(minutes: number, calls: number): Promise<SoakFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-soak-'));
  try {
    const model = join(folder, 'paper-final.onnx');
    await writeUntrainedModel(model);
    const soak = { minutes, calls };
    return await withClips(CLIP_RATE_HZ, ({ wavs }) => inChild({ model, wavs, soak }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function runtimeFigures(model: string, wavs: readonly string[]): Promise<RuntimeFigures> {
  return inChild({ model, wavs });
}

async function inChild<T>(task: object): Promise<T> {
  const args = ['--expose-gc', CHILD, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

async function race(model: string, { wavs, source }: BenchClips): Promise<BenchRow[]> {
  const recognizer = await Recognizer.load(model);
  const names = { threads: 1, version: ownVersion() };
  const ours = inProcess({ ...names, system: 'prosodia' }, async () => {
    for (const wav of wavs) await recognizer.recognize(wav);
    return wavs.length;
  });
  try {
    return await contest({
      work: `file to answer, paper-final, 48 kHz WAV (${source})`,
      ours,
      peers: [
        tensorflowPeer(model, wavs),
        pythonPeer({ system: 'onnxruntime + librosa' }, 'recognise', 'recognise_peer.py', [model, ...wavs]),
        transformersPeer(join(dirname(model), 'transformers'), wavs),
      ],
      rounds: ROUNDS,
    });
  } finally {
    await recognizer.close();
  }
}

/** A classifier of the same size, its weights random, as people of transformers.js would run it. */
function transformersPeer(models: string, wavs: readonly string[]): Contender {
  const specs = ['@huggingface/transformers@4.3.1'];
  const peer = nodePeer('transformers.js', specs, 'transformers-peer.mjs', [models, ...wavs]);
  return {
    ...peer,
    async start() {
      await writeRandomTransformer(models);
      return peer.start();
    },
  };
}

/** The same network in TensorFlow.js, fed with our features: what is compared is the network and its engine. */
function tensorflowPeer(model: string, wavs: readonly string[]): Contender {
  return {
    system: 'tfjs-node + our features',
    threads: 1,
    async start() {
      const { tf, backend } = await loadTensorflow();
      const network = paperNetwork(tf);
      const [first] = (await readModelFile(await readFile(model), model)).inputs;
      const round = async () => {
        const start = performance.now();
        for (const wav of wavs) {
          const [item] = await networkRowsFromFiles([wav], first!.input);
          if (!item?.ok) throw new Error(item?.error.message);
          const input = tf.tensor(item.value.row, [1, 13, 1]);
          const output = network.predict(input) as { data(): Promise<unknown>; dispose(): void };
          await output.data();
          input.dispose();
          output.dispose();
        }
        return (performance.now() - start) / wavs.length;
      };
      await round();
      return { version: `${backend} ${tf.version_core}`, round, stop: () => network.dispose() };
    },
  };
}
