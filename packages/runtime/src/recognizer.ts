// Loads nothing heavy: what every program pays for at its start. The rest is loaded by the calls that need it.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BatchItem, LongCallOptions, ModelCard, Recognition, VoiceProfile } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import { answersOf, itemOf, resultOf } from './batch-item.js';
import { type ClipSource, checkSource } from './clip-source.js';
import { Gate } from './gate.js';
import { clipSummaries, graphInputs } from './graph-inputs.js';
import { CLIPS_IN_FLIGHT, CLIPS_PER_GROUP } from './limits.js';
import { NetworkPool } from './network-pool.js';
import type { OpenedModel } from './opened-model.js';
import { type RecognizerOptions, type RecognizerSettings, settingsOf } from './options.js';
import { ProgressReporter } from './progress.js';
import { NO_SPEECH, toRecognition, UNSURE, weightedMean, withoutCopies } from './recognition.js';
import type * as Parts from './recognizer-parts.js';
import { type GraphInput, rowSizeOf } from './row-layout.js';
import type { SpeechDetector } from './speech-detector.js';
import type { EmotionStream } from './stream/emotion-stream.js';
import type { ClipRecognizer, RecognizeOptions, StreamOptions } from './stream/options.js';
import type { Voice } from './voice/voice.js';
import type { HeardClip, VoiceHeads } from './voice/voice-model.js';

/**
 * Recognises emotion in speech with one model file.
 *
 * Nothing is computed on the event loop: decoding and features run on native threads, the network on worker
 * threads. An idle recognizer lets the process end; `close` frees its memory before that.
 *
 * The threads are the recognizer's alone: a program that finds them by `process.on('worker')` and terminates one while it
 * computes may abort the whole process, which is how ONNX Runtime's binding takes it. Inside a worker thread, which its
 * owner may end at any time, the network therefore runs in a process of its own.
 *
 * @example
 * const recognizer = await Recognizer.load('model.onnx');
 * const { label, confidence } = await recognizer.recognize('speech.wav');
 * await recognizer.close();
 */
export class Recognizer {
  /** What the model file says of itself: labels, features, training, figures. */
  readonly card: ModelCard;
  readonly #settings: RecognizerSettings;
  readonly #pool: NetworkPool;
  readonly #gate: Gate;
  readonly #opened: OpenedModel;
  readonly #parts: typeof Parts;
  #heads: VoiceHeads | undefined;
  #closing: Promise<void> | undefined;
  #detector: Promise<SpeechDetector> | undefined;

  private constructor(
    opened: OpenedModel,
    settings: RecognizerSettings,
    pool: NetworkPool,
    parts: typeof Parts,
  ) {
    this.#opened = opened;
    this.#parts = parts;
    this.card = opened.card;
    this.#settings = settings;
    this.#pool = pool;
    this.#gate = new Gate(CLIPS_IN_FLIGHT, settings.maxQueue);
  }

  /**
   * Opens a model file, checks it and starts the threads.
   *
   * @param model  path, `file:` URL or the bytes of a file that `prosodia train` wrote
   * @throws ProsodiaError MODEL when the file is missing, foreign, corrupted or too new, with the reason;
   *   INVALID_ARGUMENT for an option out of range
   */
  static async load(model: string | URL | Uint8Array, options: RecognizerOptions = {}): Promise<Recognizer> {
    const settings = settingsOf(options);
    const pool = new NetworkPool();
    try {
      const { openModel } = await import('./opened-model.js');
      const opened = await openModel(model, settings.maxClipSec);
      const [parts] = await Promise.all([
        // While the network thread makes its session this one has nothing to do.
        import('./recognizer-parts.js'),
        pool.open(opened.setup, settings.workers, opened.name),
      ]);
      return new Recognizer(opened, settings, pool, parts);
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** The emotions the model knows, in the order of its probabilities. */
  get labels(): readonly string[] {
    return this.card.labels;
  }

  /** What the network takes, in its order. */
  get inputs(): readonly GraphInput[] {
    return graphInputs(this.card);
  }

  /**
   * Recognises one clip as a whole: the answer spans 0 s to its duration.
   *
   * Silence gets an answer like any other sound, unless the recognizer was loaded with `detectSpeech`.
   *
   * @param source  path, `file:` URL or bytes of an audio file, or mono samples in [-1, 1]; at least 0.1 s
   * @param options.quick  answer by the clip alone where the model would also hear changed copies of it
   * @throws ProsodiaError INVALID_ARGUMENT (too short, a sample that is not finite), DECODE, LIMIT (longer than
   *   `maxClipSec`, or more than `maxQueue` calls waiting), ABORTED by the signal or by `close`, MODEL
   */
  async recognize(source: ClipSource, options: RecognizeOptions = {}): Promise<Recognition> {
    this.#expectOpen();
    const { signal, quick = false } = options;
    return this.#gate.run(1, signal, async () => {
      const short = await this.#answerOnThread(source, signal);
      if (short) return short;
      const [item] = await this.#recognizeGroup([source], signal, { quick });
      return resultOf(item!);
    });
  }

  /**
   * Recognises one clip by a network that runs elsewhere; features and answer are made here.
   *
   * @param network  gives each row's probabilities; rows are what `infer` takes
   * @throws ProsodiaError as `recognize`, and whatever `network` throws
   */
  async recognizeBy(
    network: (rows: readonly Float32Array[]) => Promise<readonly Float32Array[]>,
    source: ClipSource,
    options: { signal?: AbortSignal } = {},
  ): Promise<Recognition> {
    this.#expectOpen();
    const { signal } = options;
    const [item] = await this.#gate.run(1, signal, () => this.#recognizeGroup([source], signal, { network }));
    return resultOf(item!);
  }

  /**
   * Recognises many clips; each has its answer or its own error, in the order given.
   *
   * Answers equal those of `recognize` within 1e-6 in any probability: the network adds in another order when
   * it computes several rows at once.
   *
   * @throws ProsodiaError ABORTED by the signal or by `close`
   */
  async recognizeBatch(
    sources: readonly ClipSource[],
    options: LongCallOptions = {},
  ): Promise<BatchItem<Recognition>[]> {
    this.#expectOpen();
    const progress = new ProgressReporter(sources.length, options.onProgress);
    const items = new Array<BatchItem<Recognition>>(sources.length);
    let next = 0;
    // A few groups are under way at once, so that one is decoded while another is computed.
    const lane = async () => {
      while (next < sources.length) {
        const start = next;
        next += CLIPS_PER_GROUP;
        const group = sources.slice(start, next);
        const answers = await this.#gate.run(group.length, options.signal, () =>
          this.#recognizeGroup(group, options.signal),
        );
        answers.forEach((answer, i) => {
          items[start + i] = answer;
        });
        progress.add(answers.length);
      }
    };
    try {
      await Promise.all(Array.from({ length: CLIPS_IN_FLIGHT / CLIPS_PER_GROUP }, lane));
      return items;
    } finally {
      next = sources.length;
    }
  }

  /**
   * Runs the network alone, on features made elsewhere as the card says.
   *
   * @param rows  each the values of all `inputs`, one input after the other
   * @returns each row's probabilities, in label order
   * @throws ProsodiaError INVALID_ARGUMENT (a row's length), LIMIT, ABORTED, MODEL
   */
  async infer(
    rows: readonly Float32Array[],
    options: { signal?: AbortSignal } = {},
  ): Promise<Float32Array[]> {
    this.#expectOpen();
    const length = rowSizeOf(this.inputs);
    const wrong = rows.findIndex((row) => row.length !== length);
    if (wrong >= 0)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected ${length} numbers in each row but row ${wrong} has ${rows[wrong]!.length}`,
      );
    const { signal } = options;
    return this.#gate.run(1, signal, async () => {
      return answersOf(await this.#pool.run(rows, signal));
    });
  }

  /**
   * Recognises speech while it is spoken: chunks of PCM go in, events come out.
   *
   * Any number of streams may run at once; they share the recognizer's threads and one speech detector.
   *
   * @throws ProsodiaError INVALID_ARGUMENT naming the option; the stream itself fails with the errors of
   *   `recognize`, and with ABORTED by its signal or by `close`
   * @example
   * const stream = recognizer.stream({ sampleRateHz: 16_000, hopSec: 0.5 });
   * for await (const event of stream.from(chunks)) console.log(event.type);
   */
  stream(options: StreamOptions = {}): EmotionStream {
    this.#expectOpen();
    const settings = this.#parts.streamSettings(options);
    const open: ClipRecognizer = {
      recognize: async (source, call) => {
        if (this.#closing) throw new ProsodiaError('ABORTED', 'The recognizer was closed under the stream');
        return this.recognize(source, call);
      },
    };
    const { speaker: recognizer = open, signal } = options;
    return new this.#parts.EmotionStream({
      settings,
      recognizer,
      signal,
      detector: () => this.#speechDetector(),
    });
  }

  /**
   * One person's voice: answers that know the person, and learn from what they hear.
   *
   * @param profile  of a person known already: `readProfile('me.json')`
   * @throws ProsodiaError MODEL for a profile that is broken or made with another model
   * @example
   * const voice = recognizer.speaker();
   * await voice.learn('angry.wav', 'angry');
   */
  speaker(profile?: VoiceProfile): Voice {
    this.#expectOpen();
    this.#heads ??= this.#opened.readHeads();
    const model = {
      card: this.card,
      heads: this.#heads,
      listen: async (source: ClipSource, signal?: AbortSignal, quick = false) => {
        this.#expectOpen();
        const card = quick ? withoutCopies(this.card) : this.card;
        const [item] = await this.#gate.run(1, signal, () => this.#hear(card, [source], signal, true));
        const heard = resultOf(item!);
        const wanted = clipSummaries(this.card).length > 0 && !quick ? heard.rows : [];
        return { ...heard, summaries: answersOf(await this.#pool.run(wanted, signal, 'summaries')) };
      },
      embeddings: async (rows: readonly Float32Array[], signal?: AbortSignal) => {
        return answersOf(await this.#pool.run(rows, signal, 'embeddings'));
      },
      answer: (probabilities: Float32Array, heard: HeardClip) => this.#answer(probabilities, heard),
    };
    return new this.#parts.Voice(model, profile);
  }

  /** Ends the threads and frees the sessions; calls still running are rejected with ABORTED. */
  close(): Promise<void> {
    this.#gate.close(new ProsodiaError('ABORTED', 'The recognizer was closed before the clip had its turn'));
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeAll(): Promise<void> {
    await Promise.all([
      this.#pool.close(),
      this.#detector?.then(
        (detector) => detector.close(),
        () => {},
      ),
    ]);
  }

  #speechDetector(): Promise<SpeechDetector> {
    this.#expectOpen();
    this.#detector ??= this.#parts.SpeechDetector.load();
    return this.#detector;
  }

  #expectOpen(): void {
    if (this.#closing !== undefined)
      throw new ProsodiaError('INVALID_ARGUMENT', 'Expected an open recognizer but it has been closed');
  }

  /**
   * The whole way from a clip to its answer on one network thread, which costs the least time: where the model's rows can
   * be made there, and a thread is idle or the addon has no more threads to bring. What goes wrong there is found again,
   * and named, on the long way.
   */
  async #answerOnThread(
    source: ClipSource,
    signal: AbortSignal | undefined,
  ): Promise<Recognition | undefined> {
    const { detectSpeech, workers } = this.#settings;
    if (!this.#opened.setup.plan || detectSpeech) return undefined;
    if (!this.#pool.idle && workers < availableParallelism()) return undefined;
    const checked = checkSource(source);
    const heard = await this.#pool.hear(checked instanceof URL ? fileURLToPath(checked) : checked, signal);
    return heard ? this.#answer(heard.probabilities, { ...heard, speech: true }) : undefined;
  }

  /** Rows of all sources in one call of the addon, answers in one run of the network. */
  async #recognizeGroup(
    sources: readonly ClipSource[],
    signal: AbortSignal | undefined,
    { network = (rows) => this.#pool.run(rows, signal), quick = false }: Way = {},
  ): Promise<BatchItem<Recognition>[]> {
    const card = quick ? withoutCopies(this.card) : this.card;
    const items = await this.#hear(card, sources, signal, this.#settings.detectSpeech);
    const rows = items.flatMap((item) => (item.ok ? item.value.rows : []));
    const answers = rows.length === 0 ? [] : await network(rows);
    const { variants } = card;
    let place = 0;
    return items.map((item) => {
      if (!item.ok) return item;
      const own = answers.slice(place, place + variants.length);
      place += variants.length;
      return itemOf(() => this.#answer(weightedMean(own, variants), item.value));
    });
  }

  async #hear(
    card: ModelCard,
    sources: readonly ClipSource[],
    signal: AbortSignal | undefined,
    detectSpeech: boolean,
  ): Promise<BatchItem<HeardClip>[]> {
    const { hearClips } = await import('./heard-clips.js');
    return hearClips(card, sources, {
      signal,
      maxClipSec: this.#settings.maxClipSec,
      plan: this.#opened.setup.plan,
      detector: detectSpeech ? await this.#speechDetector() : undefined,
    });
  }

  #answer(
    probabilities: Float32Array,
    { durationSec, speech }: Pick<HeardClip, 'durationSec' | 'speech'>,
  ): Recognition {
    const { minConfidence, detectSpeech } = this.#settings;
    const found = toRecognition(this.labels, probabilities, durationSec);
    if (detectSpeech && !speech) return { ...found, label: NO_SPEECH };
    return found.confidence < minConfidence ? { ...found, label: UNSURE } : found;
  }
}

/**
 * The card in a model file, once file and card have been checked as `Recognizer.load` checks them.
 *
 * @param name  names the file in messages
 * @throws ProsodiaError MODEL with the reason
 */
export async function readModelFile(file: Uint8Array, name: string): Promise<ModelCard> {
  return (await import('./model-file.js')).readModelFile(file, name);
}

/** How a group of clips is answered; by the recognizer's own network and all of the model's copies unless given. */
interface Way {
  readonly network?: (rows: readonly Float32Array[]) => Promise<readonly (Float32Array | ProsodiaError)[]>;
  readonly quick?: boolean;
}
