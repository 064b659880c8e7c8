import { createRequire } from 'node:module';
import { type JsonSchema, matches } from './json-schema.js';
import type { ModelCard } from './model-card.js';

/** The newest card this version reads; a file with a higher one is refused. */
export const MODEL_CARD_VERSION = 3;

/** Metadata keys of the ONNX file: the card as JSON, and the SHA-256 of that JSON's UTF-8 bytes. */
export const MODEL_CARD_KEY = 'prosodia.card';
export const MODEL_CARD_HASH_KEY = 'prosodia.card.sha256';

let schema: JsonSchema | undefined;

/**
 * Whether a value that came out of JSON is a complete model card, told by `model-card.schema.json`, which is made of
 * `modelCardSchema`. Loading zod costs a program's start far more than this; its word counts where this says no: it fills
 * in defaults and says what is wrong.
 */
export function isModelCard(value: unknown): value is ModelCard {
  schema ??= createRequire(import.meta.url)('../model-card.schema.json') as JsonSchema;
  return matches(value, schema);
}
