// Repeats tools/golden/write_training.py with one engine and prints what it found as JSON: the instruction set is
// chosen when the addon loads, so each needs a process of its own.
// node golden-training.mjs <engine>
import { readFileSync } from 'node:fs';
import { createEngine, loadTensorflow } from '../../dist/engine/index.js';

const reference = new URL('../../../../tools/golden/reference/training.json', import.meta.url);

function generator(state) {
  let word = state;
  return (count) =>
    Float32Array.from({ length: count }, () => {
      word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
      return (word >>> 8) / 2 ** 24;
    });
}

function build(tf, { steps, width, first, second, dense, classes, norm = false }) {
  const { layers } = tf;
  const lstm = (units, more) =>
    layers.lstm({ units, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros', ...more });
  return tf.sequential({
    layers: [
      lstm(first, { returnSequences: true, inputShape: [steps, width] }),
      ...(norm ? [layers.batchNormalization()] : []),
      lstm(second, {}),
      ...(norm ? [layers.batchNormalization()] : []),
      layers.dense({ units: dense, activation: 'relu' }),
      layers.dense({ units: classes, activation: 'softmax' }),
    ],
  });
}

const pack = (arrays) =>
  arrays.map((array) => Buffer.from(Float32Array.from(array).buffer).toString('base64'));

/** Keras' label smoothing. */
function smoothed(classes, { smoothing, classes: count }) {
  const rest = smoothing / count;
  return Float32Array.from({ length: classes.length * count }, (_, i) =>
    classes[Math.floor(i / count)] === i % count ? 1 - smoothing + rest : rest,
  );
}

async function run(tf, engineName, spec) {
  const take = generator(20260711);
  const model = build(tf, spec);
  for (const weight of model.trainableWeights) {
    const variable = weight.read();
    const values = take(variable.size).map((u) => (2 * u - 1) * spec.scale);
    weight.write(tf.tensor(values, variable.shape));
  }
  const inputs = take(spec.rows * spec.steps * spec.width).map((u) => 4 * u - 2);
  const classes = Int32Array.from(take(spec.rows), (u) => Math.floor(u * spec.classes));
  const targets = spec.smoothing === undefined ? undefined : smoothed(classes, spec);
  const rows = { inputs, rowShape: [spec.steps, spec.width], classes, classCount: spec.classes, targets };
  const adam = { learningRate: spec.rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const optimizer =
    spec.decay === undefined
      ? { kind: 'adam', ...adam }
      : { kind: 'adamw', ...adam, weightDecay: spec.decay };
  const { batch: batchSize, classWeights } = spec;
  const engine = await createEngine(engineName, model, rows, { batchSize, seed: 0, optimizer, classWeights });
  const order = Int32Array.from({ length: spec.rows }, (_, i) => i);
  const { gradients } = await engine.gradients(order.slice(0, spec.batch));
  const losses = [];
  for (let from = 0; from < spec.rows; from += spec.batch) {
    losses.push((await engine.epoch(order.slice(from, from + spec.batch))).loss);
  }
  engine.dispose();
  const weights = model.getWeights().map((weight) => weight.dataSync());
  return { name: spec.name, losses, gradients: pack(gradients), weights: pack(weights) };
}

const { tf, backend } = await loadTensorflow();
const results = [];
for (const spec of JSON.parse(readFileSync(reference, 'utf8')).cases) {
  const result = await run(tf, process.argv[2] === 'native' ? 'native' : backend, spec);
  results.push(spec.gradients ? result : { name: result.name, losses: result.losses });
}
console.log(JSON.stringify(results));
