// Writes packages/runtime/test/fixtures/untrained.onnx with the exporter: the paper's network, made small, with
// random weights from a fixed seed. It has learnt nothing; it only shows that the runtime computes what the file says.
// Run after a build: node tools/golden/untrained-model.mjs
import { join, resolve } from 'node:path';
import { loadTensorflow } from '../../packages/training/dist/engine/backend.js';
import { exportOnnx } from '../../packages/training/dist/export/index.js';

const SEED = 3;
const LABELS = ['angry', 'calm', 'disgust', 'fearful', 'happy', 'neutral', 'sad', 'surprised'];
const path = resolve(import.meta.dirname, '../../packages/runtime/test/fixtures/untrained.onnx');

const { tf } = await loadTensorflow();
const random = numbers(SEED);
const model = tf.sequential({
  layers: [
    tf.layers.lstm({ units: 24, returnSequences: true, recurrentActivation: 'sigmoid', inputShape: [13, 1] }),
    tf.layers.dropout({ rate: 0.2 }),
    tf.layers.lstm({ units: 16, recurrentActivation: 'sigmoid' }),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: LABELS.length, activation: 'softmax' }),
  ],
});
model.setWeights(model.getWeights().map(({ shape, size }) => tf.tensor(floats(size, 1), shape)));

// Means and deviations of the size that MFCCs of speech have, so that the answers differ from clip to clip.
const mean = Float32Array.from({ length: 13 }, (_, i) => (i === 0 ? -450 : 40 / i));
const scale = Float32Array.from({ length: 13 }, (_, i) => (i === 0 ? 60 : 10));
const checkRows = floats(64 * 13, 1).map((x, i) => mean[i % 13] + 2 * scale[i % 13] * x);
const result = await exportOnnx({ model, card: card(), scaler: { mean, scale }, checkRows, path });
console.log(`${join('packages/runtime/test/fixtures', 'untrained.onnx')}: ${JSON.stringify(result)}`);

function card() {
  return {
    formatVersion: 2,
    name: 'untrained',
    recipe: 'fixture',
    labels: LABELS,
    inputs: [{ name: 'input', input: { features: features(), summary: 'mean', shape: [13, 1] } }],
    outputs: {
      logits: 'logits',
      probabilities: 'probabilities',
      embedding: 'embedding',
      embeddingSize: 32,
    },
    calibration: { temperature: 1.5, method: 'none' },
    network: { parameters: model.countParams(), layers: [] },
    training: {
      corpus: 'none',
      synthetic: true,
      licence: 'Apache-2.0',
      recordings: 0,
      rows: 0,
      speakers: [],
      engine: 'none',
      epochs: 0,
      bestEpoch: 0,
      seed: SEED,
      splitHash: '',
    },
    evaluation: null,
    limits: ['Random weights: its answers mean nothing.'],
    software: { prosodia: '0.1.0' },
  };
}

function features() {
  return {
    kind: 'mfcc',
    sampleRateHz: 22_050,
    nMfcc: 13,
    nFft: 2048,
    hopLength: 512,
    nMels: 128,
    fMinHz: 0,
    melScale: 'slaney',
    melNorm: 'slaney',
    window: 'hann',
    topDb: 80,
    center: true,
    preEmphasis: 0,
    deltas: 0,
  };
}

function floats(length, size) {
  return Float32Array.from({ length }, () => size * random());
}

/** Numbers in [-1, 1), the same on every machine (mulberry32). */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
