import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// A backend belongs to a process, and jest's workers may have loaded the other one: a child process of its own.
const PROGRAM = `
import { createEngine, loadTensorflow } from '@prosodia/training/dist/engine/index.js';
const { tf, backend } = await loadTensorflow({ backend: 'wasm' });
const build = () => tf.sequential({ layers: [
  tf.layers.lstm({ units: 6, inputShape: [4, 2], recurrentActivation: 'sigmoid' }),
  tf.layers.dropout({ rate: 0.1 }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
] });
const classes = Int32Array.from({ length: 30 }, (_, i) => i % 3);
const inputs = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i * 1.3) + classes[i >> 3]);
const rows = { inputs, rowShape: [4, 2], classes, classCount: 3 };
const optimizer = { kind: 'adam', learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const model = build(), twin = build();
twin.setWeights(model.getWeights());
const curve = async (name, model) => {
  const engine = await createEngine(name, model, rows, { batchSize: 8, seed: 1, optimizer });
  const losses = [];
  for (let i = 0; i < 6; i++) losses.push((await engine.epoch(classes.map((_, i) => i))).loss);
  return { engine: engine.name, losses };
};
console.log(JSON.stringify({ backend, ...await curve('wasm', model), native: await curve('native', twin) }));
`;

test('the wasm engine trains where libtensorflow is not, by the native engine’s learning curve', async () => {
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    PROGRAM.replaceAll('@prosodia/training', new URL('..', import.meta.url).pathname),
  ]);
  const result = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(result).toMatchObject({ backend: 'wasm', engine: 'wasm' });
  expect(result.losses[5]).toBeLessThan(result.losses[0]);
  result.losses.forEach((loss: number, epoch: number) => {
    expect(Math.abs(loss - result.native.losses[epoch])).toBeLessThan(5e-5);
  });
});
