import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type LongCallOptions, type NetworkInput, ProsodiaError } from '@prosodia/contracts';
import { addonFile, nativeAddon } from '@prosodia/native';
import type { Corpus, CorpusProblem } from '../corpus/corpus.js';
import type { Recipe } from '../recipes/recipe.js';
import { chunkRows, type RowPlan } from './chunk-rows.js';
import { networkInputOf } from './network-input.js';
import { RowCache } from './row-cache.js';
import { type RowTable, rowSizeOf } from './row-table.js';

/** Recordings in memory at once: about 50 MB of audio in RAVDESS. */
const CHUNK = 64;

/** Raised when rows change though neither the addon nor the recipe does. */
const ROWS_VERSION = 1;

export interface BuildRowsOptions extends LongCallOptions {
  /** Decides the augmentation. */
  readonly seed: number;
  /** Folder of the rows kept between runs; null keeps none. */
  readonly cacheFolder: string | null;
}

export interface BuiltRows {
  readonly table: RowTable;
  readonly input: NetworkInput;
  /** Recordings that could not become rows, by their number; their rows are zero. */
  readonly problems: ReadonlyMap<number, CorpusProblem>;
  /** Recordings whose rows were found in the cache. */
  readonly cached: number;
}

type RowCorpus = Pick<Corpus, 'recordings' | 'contentHashes'>;

/**
 * Makes the rows of every recording and of its augmented variants, 64 recordings in memory at a time.
 *
 * A recording's rows depend on its bytes, the recipe and the seed alone, and are kept under the hash of these.
 *
 * @throws ProsodiaError ABORTED; a file that cannot be decoded is a problem of its own, not an error
 */
export async function buildRows(
  corpus: RowCorpus,
  recipe: Recipe,
  options: BuildRowsOptions,
): Promise<BuiltRows> {
  const input = networkInputOf(recipe);
  const rowsPerRecording = 1 + recipe.augmentation.length;
  const size = rowSizeOf(input.shape) * rowsPerRecording;
  const total = corpus.recordings.length;
  const inputs = new Float32Array(total * size);
  const problems = new Map<number, CorpusProblem>();
  const keep = options.cacheFolder === null ? undefined : await keeper(options.cacheFolder, recipe, options);
  let cached = 0;
  for (let first = 0; first < total; first += CHUNK) {
    if (options.signal?.aborted) throw new ProsodiaError('ABORTED', 'Making rows was aborted');
    const end = Math.min(total, first + CHUNK);
    const hashes = corpus.contentHashes.slice(first, end);
    const known = await keep?.read(hashes, (end - first) * size);
    if (known) {
      inputs.set(known, first * size);
      cached += end - first;
    } else {
      const plan: RowPlan = { input, augmentation: recipe.augmentation, seed: options.seed, hashes };
      const recordings = corpus.recordings.slice(first, end);
      const chunk = await chunkRows(recordings, plan, options.signal);
      inputs.set(chunk.inputs, first * size);
      for (const [index, problem] of chunk.problems) problems.set(first + index, problem);
      // Problems are not remembered: the next run looks again and says them again.
      if (chunk.problems.size === 0) await keep?.write(hashes, chunk.inputs);
    }
    options.onProgress?.({ done: end, total });
  }
  return { table: { rowShape: input.shape, rowsPerRecording, inputs }, input, problems, cached };
}

/** The cache under the key of everything but the recordings. */
async function keeper(folder: string, recipe: Recipe, { seed }: BuildRowsOptions) {
  const cache = new RowCache(folder);
  const addon = createHash('sha256')
    .update(await readFile(addonFile()))
    .digest('hex');
  const making = [ROWS_VERSION, addon, nativeAddon().isa, recipe.features, recipe.input, recipe.augmentation];
  // Without augmentation nothing is random.
  const used = recipe.augmentation.length > 0 ? seed : 0;
  const keyOf = (hashes: readonly string[]) => cache.keyOf(making, used, hashes);
  return {
    read: (hashes: readonly string[], length: number) => cache.read(keyOf(hashes), length),
    write: (hashes: readonly string[], rows: Float32Array) => cache.write(keyOf(hashes), rows),
  };
}
