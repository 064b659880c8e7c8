import { type LongCallOptions, ProsodiaError } from '@prosodia/contracts';
import { type BankCorpus, ChunkClips } from './chunk-clips.js';
import { addonHash, ChunkFeatures } from './chunk-features.js';
import { FeatureBank, type FeatureTable } from './feature-bank.js';
import type { Learner } from './learner.js';
import type { NoiseCondition } from './noise-condition.js';

/** Recordings in memory at once. */
const CHUNK = 32;

type Asked = Pick<Learner, 'inputs' | 'copies' | 'copiesAtHz'>;

interface BankOptions extends LongCallOptions {
  /** Decides copies and noise. */
  readonly seed: number;
  readonly cacheFolder: string;
}

export interface BuildBankOptions extends BankOptions {
  /** Noise under the clips and, with it, under their copies; none unless given. */
  readonly condition?: NoiseCondition | undefined;
}

export interface CacheBanksOptions extends BankOptions {
  /** See `BuildBankOptions`; `undefined` for the clips as they are. */
  readonly conditions: readonly (NoiseCondition | undefined)[];
}

/**
 * The features a learner asks for, of every recording and copy; kept on disk under the hash of all that decides them.
 *
 * @throws ProsodiaError CORPUS for a recording that cannot be read: a protocol is run on all of them or not at all;
 *   ABORTED
 */
export async function buildBank(
  corpus: BankCorpus,
  learner: Asked,
  { condition, ...options }: BuildBankOptions,
): Promise<FeatureBank> {
  const total = corpus.recordings.length;
  const rowsPerRecording = 1 + learner.copies.length;
  const tables = new Map<string, FeatureTable>();
  for (const [name, { shape: rowShape }] of Object.entries(learner.inputs)) {
    const size = rowShape.reduce((product, extent) => product * extent, 1) * rowsPerRecording;
    tables.set(name, { rowShape, rowsPerRecording, inputs: new Float32Array(total * size) });
  }
  await eachChunk(corpus, learner, { ...options, conditions: [condition] }, async (features, { first }) => {
    for (const [name, { inputs }] of tables)
      inputs.set(await features.rowsOf(learner.inputs[name]!), (first * inputs.length) / total);
  });
  return new FeatureBank(tables);
}

/**
 * Makes what `buildBank` gives under several conditions, and keeps it on disk alone: each recording is decoded once for
 * all of them and its noise made once, with no more than some recordings in memory.
 *
 * @throws ProsodiaError as `buildBank`
 */
export async function cacheBanks(
  corpus: BankCorpus,
  learner: Asked,
  options: CacheBanksOptions,
): Promise<void> {
  await eachChunk(corpus, learner, options, async (features) => {
    for (const input of Object.values(learner.inputs)) await features.rowsOf(input);
  });
}

async function eachChunk(
  corpus: BankCorpus,
  learner: Asked,
  { conditions, onProgress, ...options }: CacheBanksOptions,
  take: (features: ChunkFeatures, range: { readonly first: number }) => Promise<void>,
): Promise<void> {
  const total = corpus.recordings.length;
  const addon = await addonHash();
  for (let first = 0; first < total; first += CHUNK) {
    const range = { first, end: Math.min(total, first + CHUNK) };
    const clips = new ChunkClips(corpus, range, options);
    for (const condition of conditions) {
      if (options.signal?.aborted) throw new ProsodiaError('ABORTED', 'Making features was aborted');
      await take(new ChunkFeatures(corpus, learner, clips, { ...options, addon, condition }), range);
    }
    onProgress?.({ done: range.end, total });
  }
}
