import { fileURLToPath } from 'node:url';

/** Names of the models in this package. */
export const MODEL_NAMES = ['base', 'fast', 'paper-final'] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

/**
 * Path of a model's file.
 *
 * @example
 * const recognizer = await Recognizer.load(modelPath('base')); // the same as Recognizer.load('base')
 */
export function modelPath(name: ModelName): string {
  return fileURLToPath(new URL(`../files/${name}.onnx`, import.meta.url));
}
