import type { EngineOptions } from '../engine/engine.js';
import { Random } from '../random.js';
import type { Recipe } from './recipe.js';

/** What an engine needs to know of a recipe. */
export function engineOptions(
  { batchSize, optimizer, selfDistillation }: Recipe,
  seed: number,
  threads: number | undefined,
): EngineOptions {
  return { batchSize, optimizer, selfDistillation, seed: new Random(seed, 'dropout').uint32(), threads };
}
