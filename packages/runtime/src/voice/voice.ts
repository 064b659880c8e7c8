import type { Recognition, VoiceProfile } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { MAX_EXAMPLES } from '@prosodia/contracts/file-formats';
import type { ClipSource } from '../clip-source.js';
import { withoutCopies } from '../recognition.js';
import type { RecognizeOptions } from '../stream/options.js';
import type { Example } from './adapt-head.js';
import { type Adaptation, type AdaptationReport, adaptHeads } from './adaptation.js';
import { type Head, mixtureOf } from './head.js';
import { checkProfile, decodeFloats, encodeFloats, writeProfile } from './profile.js';
import { SpeakerStatistics } from './speaker-statistics.js';
import type { KnownClip, VoiceModel } from './voice-model.js';

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A labelled clip: its embeddings, and its rows while the voice that learned it lives. */
interface Lesson {
  readonly label: number;
  embedding: Float32Array;
  readonly row: Float32Array | undefined;
}

/**
 * One person's voice: knows the person better with every clip, and answers with that knowledge.
 *
 * Two things are learned, in the runtime and without touching the model. From every clip with speech, labelled or not,
 * how the person's features lie, which a model with a speaker branch normalises by. From labelled clips, the last
 * layers: maximum a posteriori with the trained ones as the prior; they are not used where clips left out of
 * the learning came out worse.
 *
 * @example
 * const voice = recognizer.speaker();
 * await voice.learn('angry.wav', 'angry');
 * await voice.learn('calm.wav', 'calm');
 * const { label } = await voice.recognize('later.wav');
 * await voice.save('me.json');
 */
export class Voice {
  readonly #model: VoiceModel;
  readonly #statistics: SpeakerStatistics;
  #lessons: Lesson[] = [];
  #adaptation: (Adaptation & { readonly of: readonly Head[] }) | undefined;

  /**
   * @param profile  what `profile()` gave or `readProfile` read; nobody in particular unless given
   * @throws ProsodiaError MODEL for a profile that is broken or made with another model
   */
  constructor(model: VoiceModel, profile?: VoiceProfile) {
    this.#model = model;
    this.#statistics = new SpeakerStatistics(model.card);
    if (profile) this.#restore(checkProfile(profile, 'the object given'));
  }

  /** Clips with speech that were heard, labelled or not. */
  get clips(): number {
    return this.#statistics.clips;
  }

  /** Labelled clips. */
  get labelled(): number {
    return this.#lessons.length;
  }

  /**
   * Recognises a clip with what is known of the person, and afterwards knows the person's features better.
   *
   * Clips without speech are answered but not learned from, and neither are quick answers: a stream gives several of them
   * about the same words.
   *
   * @throws ProsodiaError as `Recognizer.recognize`
   */
  async recognize(
    source: ClipSource,
    { signal, quick = false }: RecognizeOptions = {},
  ): Promise<Recognition> {
    const heard = await this.#model.listen(source, signal, quick);
    const { variants } = quick ? withoutCopies(this.#model.card) : this.#model.card;
    const found = await this.#model.embeddings(this.#statistics.fill(heard.rows), signal);
    const mean = new Float32Array(this.#model.card.labels.length);
    const { start, temperature } = this.#branch();
    const { heads } = this.#adapted();
    for (const [variant, embedding] of found.entries()) {
      const answer = mixtureOf(heads, embedding.subarray(start), temperature);
      for (let c = 0; c < mean.length; c++) mean[c]! += variants[variant]!.weight * answer[c]!;
    }
    if (heard.speech && !quick) this.#statistics.add(heard.rows, heard.summaries);
    return this.#model.answer(mean, heard);
  }

  /**
   * Learns from a clip whose emotion is known.
   *
   * @param label  one of the model's labels
   * @returns what the labelled clips are worth so far
   * @throws ProsodiaError INVALID_ARGUMENT for a label the model does not know, a clip without speech, or more than 500
   *   clips; otherwise as `Recognizer.recognize`
   */
  async learn(source: ClipSource, label: string, { signal }: CallOptions = {}): Promise<AdaptationReport> {
    const place = this.#labelOf(label);
    if (this.#lessons.length >= MAX_EXAMPLES)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected at most ${MAX_EXAMPLES} labelled clips of a person`,
      );
    const heard = await this.#model.listen(source, signal);
    if (!heard.speech)
      throw new ProsodiaError('INVALID_ARGUMENT', `Expected speech to learn "${label}" from but found none`);
    return this.#take(heard, place, signal);
  }

  /** What the labelled clips are worth: each judged by layers adapted without it. */
  report(): AdaptationReport {
    return this.#adapted().report;
  }

  /** Forgets the person. */
  forget(): void {
    this.#statistics.forget();
    this.#lessons = [];
    this.#adaptation = undefined;
  }

  /** All that is known of the person, as plain data. */
  profile(): VoiceProfile {
    const { card } = this.#model;
    return {
      kind: 'prosodia voice',
      formatVersion: 1,
      graphHash: card.graphHash,
      clips: this.clips,
      statistics: this.#statistics.state().map((inputs) => inputs.map(plain)),
      examples: this.#lessons.map(({ label, embedding }) => ({
        label: card.labels[label]!,
        embedding: encodeFloats(embedding),
      })),
    };
  }

  /** Writes the profile to a file that only its owner may read; the old one stays whole until the new one is. */
  save(path: string): Promise<void> {
    return writeProfile(path, this.profile());
  }

  async #take(heard: KnownClip, label: number, signal?: AbortSignal): Promise<AdaptationReport> {
    this.#statistics.add(heard.rows, heard.summaries);
    const lesson: Lesson = { label, embedding: new Float32Array(), row: heard.rows[0] };
    // The statistics have moved: what was learned in this process is seen anew with them.
    const lessons = [...this.#lessons, lesson].filter(({ row }) => row !== undefined);
    const rows = lessons.map(({ row }) => this.#statistics.fill([row!])[0]!);
    const embeddings = await this.#model.embeddings(rows, signal);
    for (const [i, each] of lessons.entries()) each.embedding = embeddings[i]!;
    this.#lessons.push(lesson);
    this.#adaptation = undefined;
    return this.#adapted().report;
  }

  /** The heads that answer: found anew after each lesson, and when the person is known well enough for other heads. */
  #adapted(): Adaptation {
    const { heads, start, temperature } = this.#branch();
    if (this.#adaptation?.of === heads) return this.#adaptation;
    const examples: Example[] = this.#lessons.map(({ label, embedding }) => ({
      label,
      embedding: embedding.subarray(start),
    }));
    this.#adaptation = { ...adaptHeads(heads, examples, temperature), of: heads };
    return this.#adaptation;
  }

  /** The trained heads in use, and where their embedding begins: the speaker's once enough clips are known. */
  #branch(): { heads: readonly Head[]; start: number; temperature: number } {
    const { card, heads } = this.#model;
    if (card.speaker && heads.speaker && this.clips >= card.speaker.minClips)
      return {
        heads: heads.speaker,
        start: card.outputs.embeddingSize,
        temperature: card.speaker.calibration.temperature,
      };
    return { heads: heads.plain, start: 0, temperature: card.calibration.temperature };
  }

  #restore(profile: VoiceProfile): void {
    const { card } = this.#model;
    if (profile.graphHash !== card.graphHash)
      throw new ProsodiaError('MODEL', 'Cannot use the profile: it was made with another model');
    this.#statistics.restore(profile.clips, profile.statistics);
    const size = card.outputs.embeddingSize + (card.speaker?.embeddingSize ?? 0);
    this.#lessons = profile.examples.map(({ label, embedding }) => ({
      label: this.#labelOf(label),
      embedding: decodeFloats(embedding, size),
      row: undefined,
    }));
  }

  #labelOf(label: string): number {
    const place = this.#model.card.labels.indexOf(label);
    if (place >= 0) return place;
    const known = this.#model.card.labels.join(', ');
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected one of ${known} but received "${String(label)}"`);
  }
}

function plain<T extends { mean: readonly number[]; squares: readonly number[] }>(state: T) {
  return { ...state, mean: [...state.mean], squares: [...state.squares] };
}
