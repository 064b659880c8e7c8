// What needs no zod: loading that costs a program's start far more than all of this.
import { createRequire } from 'node:module';
import type { Schema, Validator } from '@cfworker/json-schema';
import type { ModelCard } from './model-card.js';

/** The newest card this version reads; a file with a higher one is refused. */
export const MODEL_CARD_VERSION = 5;

/** Metadata keys of the ONNX file: the card as JSON, and the SHA-256 of that JSON's UTF-8 bytes. */
export const MODEL_CARD_KEY = 'prosodia.card';
export const MODEL_CARD_HASH_KEY = 'prosodia.card.sha256';

/** Most labelled clips one profile keeps. */
export const MAX_EXAMPLES = 500;

const require = createRequire(import.meta.url);

/** Loaded when first asked: a model's is read while a network thread starts. */
function validatorOf(format: string): () => Validator {
  let validator: Validator | undefined;
  return () => {
    if (!validator) {
      const library = require('@cfworker/json-schema') as typeof import('@cfworker/json-schema');
      validator = new library.Validator(require(`../formats/${format}.schema.json`) as Schema, '2020-12');
    }
    return validator;
  };
}
const cardValidator = validatorOf('model-card');
const profileValidator = validatorOf('voice-profile');

/**
 * Whether a value that came out of JSON is a complete model card: `modelCardSchema`, whose word counts where this says no,
 * since it fills in defaults and says what is wrong.
 */
export function isModelCard(value: unknown): value is ModelCard {
  return cardValidator().validate(value).valid && allFinite(value);
}

/**
 * What is wrong with a value that came out of JSON, as a voice profile: `voiceProfileSchema`.
 *
 * @returns undefined when it is one
 */
export function voiceProfileProblem(value: unknown): string | undefined {
  const { valid, errors } = profileValidator().validate(value);
  if (valid) return allFinite(value) ? undefined : 'a number is not finite.';
  // The last is the innermost: where in the file, and what.
  const { instanceLocation, error } = errors.at(-1)!;
  const what = error === 'False boolean schema.' ? 'not expected.' : error;
  return `${instanceLocation.replace(/^#\/?/, '') || 'the whole'}: ${what}`;
}

/** JSON can say 1e999, which is Infinity, which JSON Schema calls a number. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite);
}
