import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AudioClip,
  MODEL_CARD_HASH_KEY,
  MODEL_CARD_KEY,
  type ModelCard,
  ONNX_SCHEMA,
  type OnnxGraph,
  type OnnxModel,
} from '@prosodia/contracts';
import protobuf from 'protobufjs';

/** An untrained network, written by tools/golden/untrained-model.mjs. */
export const MODEL_PATH = join(import.meta.dirname, 'fixtures/untrained.onnx');
export const MODEL = new Uint8Array(readFileSync(MODEL_PATH));

const root = protobuf.Root.fromJSON(ONNX_SCHEMA);
const modelType = root.lookupType('Model');
const graphType = root.lookupType('Graph');

export interface Parts {
  model: OnnxModel;
  graph: OnnxGraph;
  card: ModelCard;
}

/** Takes the fixture apart, lets `change` alter it and writes a file whose hashes are right again. */
export function changedModel(change: (parts: Parts) => void): Uint8Array {
  const plain = { longs: Number, arrays: true };
  const model = modelType.toObject(modelType.decode(MODEL), plain) as unknown as OnnxModel;
  const graph = graphType.toObject(graphType.decode(model.graph), plain) as unknown as OnnxGraph;
  const card = JSON.parse(model.metadata.find(({ key }) => key === MODEL_CARD_KEY)!.value) as ModelCard;
  const parts = { model, graph, card };
  change(parts);
  model.graph = graphType.encode(graph).finish();
  const text = JSON.stringify({ ...card, graphHash: sha256(model.graph) });
  for (const entry of model.metadata) {
    if (entry.key === MODEL_CARD_KEY) entry.value = text;
    if (entry.key === MODEL_CARD_HASH_KEY) entry.value = sha256(text);
  }
  return modelType.encode(model).finish();
}

/** An ONNX file as other programs write them: no card. */
export function foreignModel(): Uint8Array {
  return changedModel(({ model }) => {
    model.metadata = [];
  });
}

export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

// Looking up a global is slow inside jest's sandbox, and these are called a million times.
const { sin, PI, round, imul } = Math;

/** Numbers in [0, 1), the same every time (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = imul(state ^ (state >>> 15), state | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A voice-like sound: harmonics of a gliding pitch, loud and soft, with breath. Each seed sounds different. */
export function voice(seed: number, durationSec = 0.6, sampleRateHz = 22_050): AudioClip {
  const random = numbers(seed);
  const pitchHz = 90 + 200 * random();
  const glide = random() - 0.5;
  const slope = 0.5 + random();
  const breath = 0.05 * random();
  const levels = Array.from({ length: 12 }, (_, i) => (i + 1) ** -(1 + slope));
  let phase = 0;
  const samples = Float32Array.from({ length: round(durationSec * sampleRateHz) }, (_, i) => {
    const t = i / sampleRateHz / durationSec;
    phase += (2 * PI * pitchHz * (1 + glide * t)) / sampleRateHz;
    let value = breath * (random() - 0.5);
    for (const [harmonic, level] of levels.entries()) value += level * sin((harmonic + 1) * phase);
    return 0.4 * sin(PI * t) * value;
  });
  return { samples, sampleRateHz };
}
