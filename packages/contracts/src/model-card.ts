import { z } from 'zod';
import { augmentationSchema } from './augmentation.js';
import { networkInputSchema } from './features.js';

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

/** A name in the graph. */
const valueName = z.string().regex(/^[A-Za-z0-9_./-]{1,200}$/);

/**
 * One last layer of the network: it takes `embedding[start … start + size)` and gives
 * softmax((e · kernel + bias) / temperature). Personalisation moves these layers and no others.
 */
export const headSchema = z.strictObject({
  name: z.string().min(1),
  start: z.number().int().min(0),
  size: z.number().int().min(1),
  /** The constants of the graph that hold it: [size, classes] and [classes]. */
  kernel: valueName,
  bias: valueName,
  temperature: z.number().positive(),
  /** Its share of the mixture; all heads' shares sum to 1. */
  weight: z.number().positive().max(1),
  /** Strength of the trained layer as the prior of a personal one. */
  ridge: z.number().positive(),
  /**
   * In what people differ: a constant of the graph, [size, count], whose columns are directions of the embedding, and the
   * strength of the prior along them, smaller than `ridge`. None are known unless given.
   */
  directions: z
    .strictObject({
      constant: valueName,
      count: z.number().int().min(1).max(1_024),
      ridge: z.number().positive(),
    })
    .optional(),
});

export type Head = z.output<typeof headSchema>;

const calibrationSchema = z.strictObject({
  /** Probabilities are softmax(logits / temperature). */
  temperature: z.number().positive(),
  method: z.string(),
});

/**
 * A second answer of the same file, for a speaker of whom something is known: the speaker's mean and deviation of every
 * coefficient of each of `statistics` is given as the graph inputs `N.mean`, `N.deviation`, [batch, coefficients],
 * shrunk toward the training speakers' by `speaker.weight` = n / (n + tau) ([batch, 1]; n clips known). Outputs
 * `speakerLogits`, `speakerProbabilities`, `speakerEmbedding`.
 */
export const speakerBranchSchema = z.strictObject({
  tau: z.number().min(0),
  /** Clips of a speaker from which on this answer is the better one. */
  minClips: z.number().int().min(1),
  embeddingSize: z.number().int().min(1),
  heads: z.array(headSchema).min(1).max(64),
  /**
   * What the speaker is known by: inputs of the graph, by their last dimension, and outputs of it that depend on the clip
   * alone. Every input unless given.
   */
  statistics: z
    .array(
      z.strictObject({ of: z.enum(['input', 'output']), name: valueName, size: z.number().int().min(1) }),
    )
    .min(1)
    .max(16)
    .optional(),
  calibration: calibrationSchema,
});

export type SpeakerBranch = z.output<typeof speakerBranchSchema>;

/** Everything needed to use, judge and reproduce a model, carried inside its ONNX file. */
export const modelCardSchema = z.strictObject({
  formatVersion: z.number().int().min(1),
  name: z.string().min(1),
  recipe: z.string().min(1),
  /** Output order. */
  labels: z.array(z.string().min(1)).min(2).max(1_000),
  /** The graph's inputs, [batch, ...shape] each. */
  inputs: z
    .array(z.strictObject({ name: valueName, input: networkInputSchema }))
    .min(1)
    .max(8),
  outputs: z.strictObject({
    logits: z.literal('logits'),
    probabilities: z.literal('probabilities'),
    embedding: z.literal('embedding'),
    embeddingSize: z.number().int().min(1),
  }),
  /** The last layers, whose weighted mean is softmax(logits). */
  heads: z.array(headSchema).min(1).max(64),
  calibration: calibrationSchema,
  /** Null for a model that treats all speakers alike. */
  speaker: speakerBranchSchema.nullable(),
  /**
   * What the answer is averaged over: the clip as it is (no augmentations) and changed copies of it, with weights that
   * sum to 1.
   */
  variants: z
    .array(
      z.strictObject({
        augmentations: z.array(augmentationSchema).max(4),
        weight: z.number().positive().max(1),
      }),
    )
    .min(1)
    .max(16),
  /** Clips are brought to this rate before they are changed; changed at their own unless given. */
  variantsAtHz: z.number().int().min(1_000).max(768_000).optional(),
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
