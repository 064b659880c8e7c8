import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ModelCard } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { type RowPlan, rowPlan } from '@prosodia/features/row-plan';
import { onlyInputOf } from './graph-inputs.js';
import { MAX_MODEL_BYTES, MIN_CLIP_SEC } from './limits.js';
import { reason, refused } from './model-refusal.js';

/** Models that `@prosodia/models` brings. */
const SHIPPED_NAMES: ReadonlySet<string> = new Set(['base', 'fast', 'paper-final']);

/**
 * Makes sure before the first clip that the features the card asks for exist and fill the network's inputs.
 *
 * @returns how a network thread makes them itself, where it can
 */
export async function checkInput(
  card: ModelCard,
  name: string,
  maxClipSec: number,
): Promise<RowPlan | undefined> {
  try {
    const only = onlyInputOf(card);
    const plan = only && rowPlan(only, MIN_CLIP_SEC, maxClipSec);
    if (!plan) await (await import('./clip-rows.js')).checkInputs(card);
    return plan;
  } catch (cause) {
    throw refused(name, `its card asks for features it cannot have (${reason(cause)})`, cause);
  }
}

/** Reads a model file whole, if it is not too large. */
export async function readModel(
  model: string | URL | Uint8Array,
): Promise<{ bytes: Uint8Array; name: string }> {
  if (model instanceof Uint8Array) return { bytes: model, name: 'the bytes given' };
  const path = model instanceof URL ? fileURLToPath(model) : await shippedPath(model);
  if (typeof path !== 'string')
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a path, a file: URL or a Uint8Array for the model but received ${String(path)}`,
    );
  try {
    const { size } = await stat(path);
    if (size <= MAX_MODEL_BYTES) return { bytes: await readFile(path), name: path };
    throw new Error(`it has ${size} bytes and ${MAX_MODEL_BYTES} is the limit`);
  } catch (cause) {
    throw refused(path, reason(cause), cause);
  }
}

/** A model of `@prosodia/models` by its name; a path stays as it is. */
async function shippedPath(model: string): Promise<string> {
  if (!SHIPPED_NAMES.has(model)) return model;
  // A variable keeps the compiler from asking for a package that is the user's choice.
  const models = '@prosodia/models';
  try {
    const { modelPath } = (await import(models)) as { modelPath: (name: string) => string };
    return modelPath(model);
  } catch (cause) {
    throw refused(model, `it comes with ${models}, which is not installed (${reason(cause)})`, cause);
  }
}
