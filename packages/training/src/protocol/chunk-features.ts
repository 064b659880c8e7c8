import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AudioClip, NetworkInput } from '@prosodia/contracts';
import { networkRows, resampleClips } from '@prosodia/features';
import { addonFile, nativeAddon } from '@prosodia/native';
import { type ClipChange, changeClips } from '../rows/change-clips.js';
import { drawAugmentation } from '../rows/draw-augmentation.js';
import { RowCache } from '../rows/row-cache.js';
import type { BankCorpus, ChunkClips } from './chunk-clips.js';
import type { Learner } from './learner.js';
import type { NoiseCondition } from './noise-condition.js';

/** Raised when features change though neither the addon nor the request does. */
const BANK_VERSION = 1;

export interface ChunkFeaturesOptions {
  /** Decides copies and noise. */
  readonly seed: number;
  readonly cacheFolder: string;
  /** Of {@link addonHash}. */
  readonly addon: string;
  readonly condition: NoiseCondition | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a learner sees of some recordings, which are decoded only if their features are not known. */
export class ChunkFeatures {
  private clips: Promise<readonly AudioClip[]> | undefined;
  private readonly cache: RowCache;
  private readonly copies = new Map<string, Promise<AudioClip[]>>();

  constructor(
    private readonly corpus: BankCorpus,
    private readonly learner: Pick<Learner, 'copies' | 'copiesAtHz'>,
    private readonly source: ChunkClips,
    private readonly options: ChunkFeaturesOptions,
  ) {
    this.cache = new RowCache(options.cacheFolder);
  }

  /** Recordings × (1 + copies) × the input's size. */
  async rowsOf(input: NetworkInput): Promise<Float32Array> {
    const { first, end } = this.source.range;
    const size = input.shape.reduce((product, extent) => product * extent, 1);
    const perRecording = size * (1 + this.learner.copies.length);
    const length = (end - first) * perRecording;
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
    const { first, end } = this.source.range;
    const { condition, seed, addon } = this.options;
    const { copies, copiesAtHz = null } = this.learner;
    const random = copies.length > 0 || condition ? seed : 0;
    // Babble is made of the rest of the corpus.
    const around = condition?.kind === 'babble' ? this.corpus.contentHashes : [];
    return this.cache.keyOf(
      ...['bank', BANK_VERSION, addon, nativeAddon().isa, input, copies, copiesAtHz],
      ...[condition ?? null, random, this.corpus.contentHashes.slice(first, end), around],
    );
  }

  private read(): Promise<readonly AudioClip[]> {
    this.clips ??= this.decode();
    return this.clips;
  }

  private async decode(): Promise<readonly AudioClip[]> {
    const clips = await this.source.under(this.options.condition);
    const { copiesAtHz } = this.learner;
    if (copiesAtHz === undefined) return clips;
    return resampleClips(clips, copiesAtHz, { signal: this.options.signal });
  }

  private async copiesOf(
    clips: readonly AudioClip[],
    input: NetworkInput,
  ): Promise<(readonly AudioClip[])[]> {
    const all: (readonly AudioClip[])[] = [clips];
    for (const [index, rule] of this.learner.copies.entries()) {
      const changes = clips.map((clip, place) =>
        drawAugmentation(rule, clip, {
          contentHash: this.corpus.contentHashes[this.source.range.first + place]!,
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
  private changed(clips: readonly AudioClip[], changes: readonly ClipChange[]): Promise<AudioClip[]> {
    // A sound is drawn with its change's seed.
    const key = JSON.stringify(changes, (name, value) => (name === 'sound' ? undefined : value));
    const known = this.copies.get(key);
    if (known) return known;
    const made = changeClips(clips, changes, { signal: this.options.signal });
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
