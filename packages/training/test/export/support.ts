import { featureConfigSchema, MODEL_CARD_VERSION } from '@prosodia/contracts';
import type * as tfjs from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadTensorflow } from '../../src/engine/backend.js';
import type { SequentialCard } from '../../src/export/export-onnx.js';

export const { tf } = await loadTensorflow();

/** A card that says what is true of an untrained network. */
export function cardFor(
  model: tfjs.LayersModel,
  options: { temperature?: number; embeddingSize: number },
): SequentialCard {
  const shape = model.inputs[0]!.shape.slice(1).map(Number);
  const classes = model.outputs[0]!.shape.at(-1)!;
  return {
    formatVersion: MODEL_CARD_VERSION,
    name: 'untrained',
    recipe: 'test',
    labels: Array.from({ length: classes }, (_, i) => `label-${i}`),
    inputs: [
      {
        name: 'input',
        input: {
          features: featureConfigSchema.parse({}),
          summary: 'mean',
          shape,
        },
      },
    ],
    outputs: {
      logits: 'logits',
      probabilities: 'probabilities',
      embedding: 'embedding',
      embeddingSize: options.embeddingSize,
    },
    calibration: { temperature: options.temperature ?? 1, method: 'none' },
    network: { parameters: model.countParams(), layers: [] },
    training: {
      corpus: 'none',
      synthetic: true,
      licence: 'none',
      recordings: 0,
      rows: 0,
      speakers: [],
      engine: 'none',
      epochs: 0,
      bestEpoch: 0,
      seed: 0,
      splitHash: '',
    },
    evaluation: null,
    limits: ['Untrained: its answers mean nothing.'],
    software: { prosodia: '0.1.0' },
  };
}

/** Numbers in [-1, 1) that look random and are the same every time (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function randomFloats(length: number, seed: number, size = 1): Float32Array {
  const next = numbers(seed);
  return Float32Array.from({ length }, () => size * next());
}

/** Replaces every weight, biases too, so that no gate has a bias of zero or one to hide behind. */
export function randomiseWeights(model: tfjs.LayersModel, seed: number, size = 0.4): void {
  const weights = model
    .getWeights()
    .map((weight, i) => tf.tensor(randomFloats(weight.size, seed + i, size), weight.shape));
  model.setWeights(weights);
  tf.dispose(weights);
}

export interface OnnxAnswer {
  logits: Float32Array;
  probabilities: Float32Array;
  embedding: Float32Array;
}

/** What ONNX Runtime makes of rows, straight from the file. */
export async function runFile(path: string, rows: Float32Array, shape: number[]): Promise<OnnxAnswer> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  try {
    const out = await session.run({ input: new Tensor('float32', rows, shape) });
    const take = (name: string) => out[name]!.data as Float32Array;
    return { logits: take('logits'), probabilities: take('probabilities'), embedding: take('embedding') };
  } finally {
    await session.release();
  }
}
