import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// A backend belongs to a process, and jest's workers may have loaded the other one: a child process of its own.
const PROGRAM = `
import { createEngine, loadTensorflow } from '@prosodia/training/dist/engine/index.js';
const { tf, backend } = await loadTensorflow({ backend: 'wasm' });
const model = tf.sequential({ layers: [
  tf.layers.lstm({ units: 6, inputShape: [4, 2], recurrentActivation: 'sigmoid' }),
  tf.layers.dropout({ rate: 0.1 }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
] });
const classes = Int32Array.from({ length: 30 }, (_, i) => i % 3);
const inputs = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i * 1.3) + classes[i >> 3]);
const rows = { inputs, rowShape: [4, 2], classes, classCount: 3 };
const optimizer = { kind: 'adam', learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const engine = await createEngine('wasm', model, rows, { batchSize: 8, seed: 1, optimizer });
const losses = [];
for (let i = 0; i < 6; i++) losses.push((await engine.epoch(classes.map((_, i) => i))).loss);
console.log(JSON.stringify({ backend, engine: engine.name, losses, tensors: tf.memory().numTensors }));
`;

test('the wasm engine trains where libtensorflow is not', async () => {
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    PROGRAM.replaceAll('@prosodia/training', new URL('..', import.meta.url).pathname),
  ]);
  const result = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(result).toMatchObject({ backend: 'wasm', engine: 'wasm' });
  expect(result.losses[5]).toBeLessThan(result.losses[0]);
});
