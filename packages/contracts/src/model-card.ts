import { z } from 'zod';
import { networkInputSchema } from './features.js';

/** The newest card this version reads; a file with a higher one is refused. */
export const MODEL_CARD_VERSION = 1;

/** Metadata keys of the ONNX file: the card as JSON, and the SHA-256 of that JSON's UTF-8 bytes. */
export const MODEL_CARD_KEY = 'prosodia.card';
export const MODEL_CARD_HASH_KEY = 'prosodia.card.sha256';

const interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** What an evaluation found, with the protocol that gives the number its meaning. */
export const evaluationSchema = z.strictObject({
  protocol: z.string(),
  /** Said wherever the figure is shown, e.g. the leak of a random split. Empty where there is none. */
  caveat: z.string(),
  testRows: z.number().int().min(0),
  testSpeakers: z.array(z.string()),
  accuracy: interval,
  uar: interval,
  macroF1: z.number(),
  recalls: z.record(z.string(), z.number()),
});

export type Evaluation = z.output<typeof evaluationSchema>;

/** Everything needed to use, judge and reproduce a model, carried inside its ONNX file. */
export const modelCardSchema = z.strictObject({
  formatVersion: z.number().int().min(1),
  name: z.string().min(1),
  recipe: z.string().min(1),
  /** Output order. */
  labels: z.array(z.string().min(1)).min(2).max(1_000),
  input: networkInputSchema,
  outputs: z.strictObject({
    logits: z.literal('logits'),
    probabilities: z.literal('probabilities'),
    embedding: z.literal('embedding'),
    embeddingSize: z.number().int().min(1),
  }),
  calibration: z.strictObject({
    /** Probabilities are softmax(logits / temperature). */
    temperature: z.number().positive(),
    method: z.string(),
  }),
  network: z.strictObject({
    parameters: z.number().int().min(0),
    layers: z.array(
      z.strictObject({ name: z.string(), kind: z.string(), outputShape: z.string(), parameters: z.number() }),
    ),
  }),
  training: z.strictObject({
    corpus: z.string(),
    synthetic: z.boolean(),
    licence: z.string(),
    recordings: z.number().int().min(0),
    rows: z.number().int().min(0),
    speakers: z.array(z.string()),
    engine: z.string(),
    epochs: z.number().int().min(0),
    bestEpoch: z.number().int().min(0),
    seed: z.number().int().min(0),
    splitHash: z.string(),
  }),
  evaluation: evaluationSchema.nullable(),
  limits: z.array(z.string()),
  software: z.record(z.string(), z.string()),
  /** SHA-256 of the ONNX graph's bytes, hexadecimal. */
  graphHash: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ModelCard = z.output<typeof modelCardSchema>;
