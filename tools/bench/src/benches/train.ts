import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildModel,
  createEngine,
  type EngineName,
  type LoadedTensorflow,
  loadTensorflow,
  Random,
  resolveRecipe,
  type TrainingRows,
} from '@prosodia/training';
import { type Contender, contest, inProcess } from '../contender.js';
import { drawGrowth, type Growth } from '../growth-chart.js';
import { ownVersion } from '../machine.js';
import { pythonPeer } from '../peer-places.js';
import type { BenchRow, FiguredRows } from '../row.js';

const ROUNDS = 5;
const THREADS = 2;
const CLASSES = 8;

/** What an epoch is of; the paper's final network on its training rows unless said otherwise. */
interface Work {
  readonly rows: number;
  readonly units: number;
  readonly steps: number;
}

const PAPER: Work = { rows: 4_608, units: 256, steps: 13 };

/** An epoch of the paper's final network by every engine and its peers. */
export function benchTrain(): Promise<BenchRow[]> {
  return duel(PAPER, ROUNDS, true);
}

/** What an epoch costs as rows, units and steps grow. */
export async function benchTrainGrowth(): Promise<FiguredRows> {
  const small: Work = { ...PAPER, rows: 1_152 };
  const sizes = { rows: [576, 1_152, 2_304, 4_608], units: [64, 128, 256], steps: [13, 26, 52] } as const;
  const rows: BenchRow[] = [];
  const growths: Growth[] = [];
  for (const [of, values] of Object.entries(sizes)) {
    const points: { size: number; rows: BenchRow[] }[] = [];
    for (const size of values) points.push({ size, rows: await duel({ ...small, [of]: size }, 3, false) });
    growths.push({ of, points });
    rows.push(...points.flatMap((point) => point.rows));
  }
  return { rows, figures: {}, svg: drawGrowth(growths) };
}

async function duel(work: Work, rounds: number, everyone: boolean): Promise<BenchRow[]> {
  const loaded = await loadTensorflow({ backend: 'tensorflow' });
  const data = makeRows(work);
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-bench-train-'));
  const [inputs, classes] = [join(folder, 'rows.f32'), join(folder, 'classes.i32')];
  await writeFile(inputs, new Uint8Array(data.inputs.buffer));
  await writeFile(classes, new Uint8Array(data.classes.buffer));
  const peer = (system: string, tool: string) =>
    pythonPeer({ system, threads: THREADS }, 'train', 'train_peer.py', [
      ...[tool, inputs, classes, String(work.units), String(work.steps), String(THREADS)],
    ]);
  try {
    return await contest({
      work: `epoch of ${work.rows} rows, LSTM ${work.units} and 64, ${work.steps} steps, batch 32`,
      ours: await engine('native', loaded, data, work),
      peers: [
        await engine('tensorflow', loaded, data, work),
        peer('PyTorch', 'torch'),
        peer('Keras', 'keras'),
        ...(everyone ? [layersFit(loaded, data, work)] : []),
      ],
      rounds,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function network({ tf }: LoadedTensorflow, { units, steps }: Work) {
  const model = resolveRecipe('paper-final').model;
  if (model.kind !== 'lstm') throw new Error('paper-final is an LSTM network');
  const spec = { ...model, lstm: [units, ...model.lstm.slice(1)] };
  return buildModel(tf, spec, { rowShape: [steps, 1], classes: CLASSES }, 1);
}

async function engine(
  name: EngineName,
  loaded: LoadedTensorflow,
  rows: TrainingRows,
  work: Work,
): Promise<Contender> {
  const trainer = await createEngine(name, network(loaded, work), rows, {
    batchSize: 32,
    seed: 1,
    threads: THREADS,
    optimizer: { kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  });
  let epoch = 0;
  const names = { system: `prosodia, ${name} engine`, version: ownVersion(), threads: THREADS };
  return inProcess(names, async () => {
    await trainer.epoch(new Random(1, 'shuffle', ++epoch).permutation(work.rows));
    return 1;
  });
}

/** TensorFlow.js as it comes: tf.layers and `model.fit`. */
function layersFit(loaded: LoadedTensorflow, rows: TrainingRows, work: Work): Contender {
  const { tf } = loaded;
  const model = network(loaded, work);
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' });
  const inputs = tf.tensor(rows.inputs, [work.rows, work.steps, 1]);
  const classes = tf.tensor1d(Array.from(rows.classes), 'float32');
  return inProcess({ system: 'TensorFlow.js, model.fit', version: tf.version.tfjs }, async () => {
    await model.fit(inputs, classes, { batchSize: 32, epochs: 1, verbose: 0 });
    return 1;
  });
}

/** Noise: the time of an epoch does not depend on what is learnt. */
function makeRows({ rows, steps }: Work): TrainingRows {
  const inputs = new Float32Array(rows * steps);
  const random = new Random(1, 'bench');
  for (let i = 0; i < inputs.length; i++) inputs[i] = random.uniform() * 2 - 1;
  const classes = Int32Array.from({ length: rows }, (_, i) => i % CLASSES);
  return { inputs, rowShape: [steps, 1], classes, classCount: CLASSES };
}
