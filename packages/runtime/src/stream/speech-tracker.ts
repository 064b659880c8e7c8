import { SpeechDetector, type SpeechListener } from '../speech-detector.js';
import { SPEECH_FRAME_SAMPLES } from '../speech-messages.js';
import { audibleLead, Loudness, quietFrames } from './loudness.js';
import type { StreamSettings } from './options.js';
import { RateConverter } from './rate-converter.js';
import { SpeechGain } from './speech-gain.js';
import { type Decision, SpeechSegmenter } from './speech-segmenter.js';
import { kindOfSound } from './voicing.js';

/** Sound before the first word that may belong to it. */
export const MAX_LEAD_SEC = 1;
/**
 * How much more the detector is trusted where it is loud: screams and sobs are little like words, and where they are
 * voiced less likeness is enough. Noise is not voiced, and a siren is a tone.
 */
const VOICED_TRUST = 6;
const TRUST = { tone: 1, other: 2.5, voiced: VOICED_TRUST } as const;
/** The detector's speech may begin early or end late by this much, in sound too quiet to belong to it. */
const MAX_TRIM_SEC = 0.4;
/** Silence that may lie within it. */
const DIP_SEC = 0.5;

const MAX_TRIM = framesOf(MAX_TRIM_SEC);

/** Stretches the speech a decision is about to the audio around it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A frame that was heard: what it decided, and the place just behind it. */
export interface HeardFrame {
  readonly decision: Decision | undefined;
  readonly end: number;
}

/**
 * Hears one unbroken stretch of a stream frame by frame.
 *
 * Places are samples counted from the stream's beginning, at the stream's rate.
 */
export class SpeechTracker {
  readonly #begin: number;
  readonly #sampleRateHz: number;
  readonly #padSamples: number;
  readonly #listener: SpeechListener | undefined;
  readonly #converter: RateConverter;
  readonly #segmenter: SpeechSegmenter;
  readonly #loudness: Loudness;
  readonly #gain = new SpeechGain();
  #rest = new Float32Array(0);
  #frame = 0;
  #lastEnd: number;
  /** Levels of the frames before the speech under way, and its own loudest. */
  #leadDb: readonly number[] = [];
  #peakDb = Number.NEGATIVE_INFINITY;
  /** Levels of the first frames of the speech under way, in order. */
  #firstDb: readonly number[] = [];
  #before: Float32Array = new Float32Array(0);
  readonly #on: number;

  /**
   * @param begin  place of the stretch's first sample
   * @param detector  absent when everything counts as speech
   */
  constructor(begin: number, sampleRateHz: number, settings: StreamSettings, detector?: SpeechDetector) {
    this.#begin = begin;
    this.#lastEnd = begin;
    this.#sampleRateHz = sampleRateHz;
    this.#padSamples = Math.round(settings.vad.padSec * sampleRateHz);
    this.#listener = detector?.listen();
    this.#converter = new RateConverter(sampleRateHz, SpeechDetector.sampleRateHz);
    this.#on = settings.vad.threshold;
    const { minSpeechSec, minSilenceSec } = settings.vad;
    this.#loudness = new Loudness(framesOf(MAX_LEAD_SEC + minSpeechSec + minSilenceSec + MAX_TRIM_SEC + 1));
    this.#segmenter = new SpeechSegmenter(settings.vad, SpeechDetector.frameSec);
  }

  /** Hears the next samples frame by frame: each is decided on when it is asked for, so that its state is this one's. */
  async hear(samples: Float32Array, signal: AbortSignal | undefined): Promise<Iterable<HeardFrame>> {
    const frames = this.#wholeFrames(this.#converter.convert(samples));
    const probabilities = this.#listener
      ? await this.#listener.hear(this.#gain.raised(frames), { ...(signal && { signal }) })
      : new Float32Array(frames.length / SPEECH_FRAME_SAMPLES).fill(1);
    return this.#decide(frames, probabilities);
  }

  *#decide(frames: Float32Array, probabilities: Float32Array): Generator<HeardFrame> {
    for (const [i, probability] of probabilities.entries()) {
      const frame = frames.subarray(i * SPEECH_FRAME_SAMPLES, (i + 1) * SPEECH_FRAME_SAMPLES);
      const decision = this.#step(this.#loudness.hear(frame), probability, frame);
      this.#before = frame;
      yield { decision, end: this.#placeOf(this.#frame) };
    }
  }

  /** Ends the speech under way where the stretch ends, before `place`. */
  finish(place: number): Decision | undefined {
    const end = Math.ceil((place - this.#begin) / this.#samplesPerFrame);
    return this.#segmenter.finish(end);
  }

  /** Where the speech began that is under way. */
  get speakingSince(): number | undefined {
    const frame = this.#segmenter.speakingSince;
    return frame === undefined ? undefined : this.startOf(frame);
  }

  /** Nothing that is still to come is about samples before this place. */
  get neededFrom(): number {
    const frame = (this.#segmenter.begunAt ?? this.#frame) - framesOf(MAX_LEAD_SEC);
    return Math.max(this.#lastEnd, this.#placeOf(frame) - this.#padSamples);
  }

  /** Beginning of speech whose first word is in `frame`, with what is kept before it. */
  startOf(frame: number): number {
    const maxLead = framesOf(MAX_LEAD_SEC);
    const levelsDb = this.#leadDb.slice(0, maxLead);
    const audibleDb = this.#loudness.audibleDb(this.#peakDb);
    const lead = audibleLead(levelsDb, audibleDb, framesOf(DIP_SEC));
    const late = lead > 0 ? 0 : quietFrames(this.#firstDb, audibleDb);
    return Math.max(this.#lastEnd, this.#placeOf(frame - lead + late) - this.#padSamples);
  }

  /** The audio of a finished stretch of speech, at most up to `available`. */
  spanOf({ start, end, goesOn }: Decision & { kind: 'end' }, available: number): Span {
    const from = this.startOf(start);
    const tail = goesOn || !this.#listener ? 0 : this.#quietTail(end);
    const to = Math.min(available, this.#placeOf(end - tail) + (goesOn ? 0 : this.#padSamples));
    this.#lastEnd = to;
    this.#leadDb = [];
    this.#firstDb = [];
    if (!goesOn) this.#peakDb = Number.NEGATIVE_INFINITY;
    return { from, to };
  }

  /** Frames at the end of speech that are too quiet to belong to it. */
  #quietTail(end: number): number {
    return quietFrames(this.#loudness.before(end).slice(0, MAX_TRIM), this.#loudness.audibleDb(this.#peakDb));
  }

  /** How far the detector is trusted at a frame, times its probability. */
  #trusted(levelDb: number, probability: number, frame: Float32Array): number {
    const decides = probability < this.#on && VOICED_TRUST * probability >= this.#on;
    // Asked only where it decides, so that hundreds of streams can be heard.
    if (!this.#listener || !decides || !this.#loudness.isLoud(levelDb)) return probability;
    return TRUST[kindOfSound(this.#before, frame)] * probability;
  }

  #step(levelDb: number, probability: number, samples: Float32Array): Decision | undefined {
    const frame = this.#frame++;
    const speaking = this.#segmenter.speakingSince !== undefined;
    if (speaking) this.#peakDb = Math.max(this.#peakDb, levelDb);
    const audible = this.#listener !== undefined && levelDb >= this.#loudness.audibleDb(this.#peakDb);
    const decision = this.#segmenter.step(frame, this.#trusted(levelDb, probability, samples), audible);
    if (decision?.kind === 'start') {
      const heard = this.#loudness.before(frame + 1);
      const own = frame + 1 - decision.frame;
      this.#peakDb = Math.max(...heard.slice(0, own));
      this.#leadDb = this.#listener ? heard.slice(own) : [];
      this.#firstDb = this.#listener ? heard.slice(0, own).reverse().slice(0, MAX_TRIM) : [];
    }
    return decision;
  }

  #wholeFrames(samples: Float32Array): Float32Array {
    const waiting = new Float32Array(this.#rest.length + samples.length);
    waiting.set(this.#rest);
    waiting.set(samples, this.#rest.length);
    const whole = waiting.length - (waiting.length % SPEECH_FRAME_SAMPLES);
    this.#rest = waiting.slice(whole);
    return waiting.subarray(0, whole);
  }

  get #samplesPerFrame(): number {
    return SpeechDetector.frameSec * this.#sampleRateHz;
  }

  #placeOf(frame: number): number {
    return this.#begin + Math.round(frame * this.#samplesPerFrame);
  }
}

function framesOf(seconds: number): number {
  return Math.round(seconds / SpeechDetector.frameSec);
}
