import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type AudioClip,
  type Augmentation,
  isProsodiaError,
  type LongCallOptions,
  type NetworkInput,
  ProsodiaError,
} from '@prosodia/contracts';
import { augment, decodeFile, networkRows, resampleClips } from '@prosodia/features';
import { addonFile, nativeAddon } from '@prosodia/native';
import type { Corpus } from '../corpus/corpus.js';
import { drawAugmentation } from '../rows/draw-augmentation.js';
import { RowCache } from '../rows/row-cache.js';
import { FeatureBank, type FeatureTable } from './feature-bank.js';
import type { Learner } from './learner.js';
import { addNoise, type NoiseCondition } from './noise-condition.js';

/** Recordings in memory at once. */
const CHUNK = 32;

/** Raised when features change though neither the addon nor the request does. */
const BANK_VERSION = 1;

export type BankCorpus = Pick<Corpus, 'recordings' | 'contentHashes'>;

export interface BuildBankOptions extends LongCallOptions {
  /** Decides copies and noise. */
  readonly seed: number;
  readonly cacheFolder: string;
  /** Noise under the clips and, with it, under their copies; none unless given. */
  readonly condition?: NoiseCondition | undefined;
}

/**
 * The features a learner asks for, of every recording and copy; kept on disk under the hash of all that decides them.
 *
 * @throws ProsodiaError CORPUS for a recording that cannot be read: a protocol is run on all of them or not at all;
 *   ABORTED
 */
export async function buildBank(
  corpus: BankCorpus,
  learner: Pick<Learner, 'inputs' | 'copies' | 'copiesAtHz'>,
  options: BuildBankOptions,
): Promise<FeatureBank> {
  const names = Object.keys(learner.inputs);
  const total = corpus.recordings.length;
  const rowsPerRecording = 1 + learner.copies.length;
  const tables = new Map<string, FeatureTable>();
  const addon = await addonHash();
  for (const name of names) {
    const rowShape = learner.inputs[name]!.shape;
    const size = rowShape.reduce((product, extent) => product * extent, 1) * rowsPerRecording;
    tables.set(name, { rowShape, rowsPerRecording, inputs: new Float32Array(total * size) });
  }
  for (let first = 0; first < total; first += CHUNK) {
    if (options.signal?.aborted) throw new ProsodiaError('ABORTED', 'Making features was aborted');
    const end = Math.min(total, first + CHUNK);
    const chunk = new ChunkFeatures(corpus, learner, options, { first, end, addon });
    for (const name of names) {
      const { inputs } = tables.get(name)!;
      inputs.set(await chunk.rowsOf(learner.inputs[name]!), (first * inputs.length) / total);
    }
    options.onProgress?.({ done: end, total });
  }
  return new FeatureBank(tables);
}

interface ChunkRange {
  readonly first: number;
  readonly end: number;
  readonly addon: string;
}

/** Some recordings, decoded only if their features are not known. */
class ChunkFeatures {
  private clips: Promise<AudioClip[]> | undefined;
  private readonly cache: RowCache;
  private readonly copies = new Map<string, Promise<AudioClip[]>>();

  constructor(
    private readonly corpus: BankCorpus,
    private readonly learner: Pick<Learner, 'copies' | 'copiesAtHz'>,
    private readonly options: BuildBankOptions,
    private readonly range: ChunkRange,
  ) {
    this.cache = new RowCache(options.cacheFolder);
  }

  async rowsOf(input: NetworkInput): Promise<Float32Array> {
    const size = input.shape.reduce((product, extent) => product * extent, 1);
    const perRecording = size * (1 + this.learner.copies.length);
    const length = (this.range.end - this.range.first) * perRecording;
    const key = this.keyOf(input);
    const known = await this.cache.read(key, length);
    if (known) return known;
    const rows = new Float32Array(length);
    const clips = await this.read();
    for (const [copy, changed] of (await this.copiesOf(clips, input)).entries()) {
      const features = await networkRows(changed, input, { signal: this.options.signal });
      for (const [place, row] of features.entries()) rows.set(row, place * perRecording + copy * size);
    }
    await this.cache.write(key, rows);
    return rows;
  }

  private keyOf(input: NetworkInput): string {
    const { first, end, addon } = this.range;
    const { condition, seed } = this.options;
    const { copies, copiesAtHz = null } = this.learner;
    const random = copies.length > 0 || condition ? seed : 0;
    // Babble is made of the rest of the corpus.
    const around = condition?.kind === 'babble' ? this.corpus.contentHashes : [];
    return this.cache.keyOf(
      ...['bank', BANK_VERSION, addon, nativeAddon().isa, input, copies, copiesAtHz],
      ...[condition ?? null, random, this.corpus.contentHashes.slice(first, end), around],
    );
  }

  private read(): Promise<AudioClip[]> {
    this.clips ??= this.decode();
    return this.clips;
  }

  private async decode(): Promise<AudioClip[]> {
    const { corpus, options, range } = this;
    const clips: AudioClip[] = [];
    for (let index = range.first; index < range.end; index++) {
      const { path } = corpus.recordings[index]!;
      const clip = await decodeFile(path, { signal: options.signal }).catch((cause: unknown) => {
        // Stopping is no fault of the file.
        if (isProsodiaError(cause) && cause.code === 'ABORTED') throw cause;
        throw new ProsodiaError('CORPUS', `Expected to read ${path}: ${(cause as Error).message}`, { cause });
      });
      const { condition, seed } = options;
      clips.push(condition ? await addNoise(clip, index, condition, { ...corpus, seed }) : clip);
    }
    const { copiesAtHz } = this.learner;
    return copiesAtHz === undefined ? clips : resampleClips(clips, copiesAtHz, { signal: options.signal });
  }

  private async copiesOf(
    clips: readonly AudioClip[],
    input: NetworkInput,
  ): Promise<(readonly AudioClip[])[]> {
    const all: (readonly AudioClip[])[] = [clips];
    for (const [index, rule] of this.learner.copies.entries()) {
      const changes = clips.map((clip, place) =>
        drawAugmentation(rule, clip, {
          contentHash: this.corpus.contentHashes[this.range.first + place]!,
          variant: index + 1,
          seed: this.options.seed,
          sampleRateHz: 'features' in input ? input.features.sampleRateHz : clip.sampleRateHz,
        }),
      );
      all.push(await this.changed(clips, changes));
    }
    return all;
  }

  /** The same changes are made once, though several inputs are made of them. */
  private changed(clips: readonly AudioClip[], changes: readonly Augmentation[]): Promise<AudioClip[]> {
    const key = JSON.stringify(changes);
    const known = this.copies.get(key);
    if (known) return known;
    const made = augment(clips, changes, { signal: this.options.signal });
    this.copies.set(key, made);
    return made;
  }
}

/** SHA-256 of the addon: other code may give other features. */
export async function addonHash(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(addonFile()))
    .digest('hex');
}
