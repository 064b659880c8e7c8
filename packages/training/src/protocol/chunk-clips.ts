import { type AudioClip, isProsodiaError, ProsodiaError } from '@prosodia/contracts';
import { augment, decodeFile, resampleClips } from '@prosodia/features';
import type { Corpus } from '../corpus/corpus.js';
import { Random } from '../random.js';
import type { NoiseCondition } from './noise-condition.js';

export type BankCorpus = Pick<Corpus, 'recordings' | 'contentHashes'>;

/** People who talk in a babble. */
const TALKERS = 6;

export interface ChunkClipsOptions {
  /** Decides the noise, with each clip's content. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Some recordings of a corpus as they are and under noise. They are decoded when first asked for, and what is added to a
 * clip is made once: the same noise at every ratio.
 */
export class ChunkClips {
  #clean: Promise<readonly AudioClip[]> | undefined;
  #babble: Promise<readonly Float32Array[]> | undefined;

  /** @param range  numbers of the recordings in the corpus, `end` beyond the last */
  constructor(
    private readonly corpus: BankCorpus,
    readonly range: { readonly first: number; readonly end: number },
    private readonly options: ChunkClipsOptions,
  ) {}

  /** @throws ProsodiaError CORPUS for a recording that cannot be read; ABORTED */
  async under(condition: NoiseCondition | undefined): Promise<readonly AudioClip[]> {
    this.#clean ??= this.#decodeAll();
    const clips = await this.#clean;
    if (!condition) return clips;
    const { kind, snrDb } = condition;
    if (kind === 'white') {
      const changes = clips.map(
        (_, place) => ({ kind: 'noise', snrDb, seed: this.#random(place, kind).uint32() }) as const,
      );
      return augment(clips, changes, { signal: this.options.signal });
    }
    this.#babble ??= this.#babbleOf(clips);
    const babble = await this.#babble;
    return clips.map((clip, place) => mix(clip, babble[place]!, snrDb));
  }

  #random(place: number, kind: NoiseCondition['kind']): Random {
    return new Random(this.options.seed, 'noise', this.corpus.contentHashes[this.range.first + place]!, kind);
  }

  async #decodeAll(): Promise<AudioClip[]> {
    const clips: AudioClip[] = [];
    for (let index = this.range.first; index < this.range.end; index++) clips.push(await this.#decode(index));
    return clips;
  }

  async #decode(index: number): Promise<AudioClip> {
    const { path } = this.corpus.recordings[index]!;
    const { signal } = this.options;
    return decodeFile(path, { signal }).catch((cause: unknown) => {
      // Stopping is no fault of the file.
      if (isProsodiaError(cause) && cause.code === 'ABORTED') throw cause;
      throw new ProsodiaError('CORPUS', `Expected to read ${path}: ${(cause as Error).message}`, { cause });
    });
  }

  async #babbleOf(clips: readonly AudioClip[]): Promise<Float32Array[]> {
    const all: Float32Array[] = [];
    for (const [place, clip] of clips.entries()) all.push(await this.#babbleFor(clip, place));
    return all;
  }

  /** Of other speakers than the clip's own. */
  async #babbleFor(clip: AudioClip, place: number): Promise<Float32Array> {
    const { recordings } = this.corpus;
    const random = this.#random(place, 'babble');
    const { speaker } = recordings[this.range.first + place]!;
    const others = recordings.flatMap((recording, number) => (recording.speaker === speaker ? [] : [number]));
    const sum = new Float32Array(clip.samples.length);
    for (let talker = 0; talker < Math.min(TALKERS, others.length); talker++) {
      const voice = await this.#decode(others[random.below(others.length)]!);
      const [{ samples }] = (await resampleClips([voice], clip.sampleRateHz)) as [AudioClip];
      // Each talker begins somewhere else and goes round.
      if (samples.length > 0) addRound(sum, samples, random.below(samples.length));
    }
    return sum;
  }
}

/** Adds a voice of mean power 1 that begins at `offset` and goes round. */
function addRound(sum: Float32Array, samples: Float32Array, offset: number): void {
  const gain = 1 / (Math.sqrt(meanPower(samples)) || 1);
  let from = offset;
  for (let at = 0; at < sum.length; at++) {
    sum[at]! += gain * samples[from]!;
    if (++from === samples.length) from = 0;
  }
}

function mix(clip: AudioClip, noise: Float32Array, snrDb: number): AudioClip {
  const power = meanPower(noise);
  const gain = power > 0 ? Math.sqrt(meanPower(clip.samples) / power / 10 ** (snrDb / 10)) : 0;
  // A sum beyond full scale is scaled down as a whole: clipping would be another distortion.
  const mixed = clip.samples.map((sample, at) => sample + gain * noise[at]!);
  const peak = mixed.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return {
    samples: peak > 1 ? mixed.map((sample) => sample / peak) : mixed,
    sampleRateHz: clip.sampleRateHz,
  };
}

function meanPower(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 ? sum / samples.length : 0;
}
