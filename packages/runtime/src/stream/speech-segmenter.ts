import type { VadSettings } from './options.js';

/** How far below `threshold` speech goes on. */
const HYSTERESIS = 0.15;
/** Frames below that which drop speech that is not sure yet. */
const DROP_FRAMES = 4;
/** How long sound without words may go on after the last word and still belong to it. */
const MAX_TAIL_SEC = 1;

/** What a frame decided; places are frames counted from the stream's beginning. */
export type Decision =
  | { readonly kind: 'start'; readonly frame: number }
  /** Frames `start` to before `end`; `goesOn` when the speech was only divided. */
  | { readonly kind: 'end'; readonly start: number; readonly end: number; readonly goesOn: boolean };

/** Turns the detector's frame by frame probabilities into stretches of speech. */
export class SpeechSegmenter {
  readonly #on: number;
  readonly #off: number;
  readonly #minSpeech: number;
  readonly #minSilence: number;
  readonly #maxSegment: number;
  readonly #maxTail: number;
  #lastWord = 0;
  #start: number | undefined;
  #sure = false;
  #speechFrames = 0;
  #silence: number | undefined;
  #quiet = 0;
  /** Since the last third of the longest segment began: where it would best be divided. */
  #weakest: { frame: number; probability: number } | undefined;

  constructor(settings: VadSettings, frameSec: number) {
    const frames = (seconds: number) => Math.max(1, Math.round(seconds / frameSec));
    this.#on = settings.threshold;
    this.#off = Math.max(0.01, settings.threshold - HYSTERESIS);
    this.#minSpeech = frames(settings.minSpeechSec);
    this.#minSilence = frames(settings.minSilenceSec);
    this.#maxSegment = frames(settings.maxSegmentSec);
    this.#maxTail = frames(MAX_TAIL_SEC);
  }

  /** First frame of the speech that is under way, once it is sure. */
  get speakingSince(): number | undefined {
    return this.#sure ? this.#start : undefined;
  }

  /** First frame of the speech that is under way, sure or not. */
  get begunAt(): number | undefined {
    return this.#start;
  }

  /**
   * Takes the next frame.
   *
   * @param probability  of speech
   * @param audible  whether it is loud enough to belong to the speech before it, words or not
   */
  step(frame: number, probability: number, audible: boolean): Decision | undefined {
    if (this.#sure) return this.#during(frame, probability, audible);
    if (probability >= this.#on) {
      this.#lastWord = frame;
      this.#start ??= frame;
      this.#quiet = 0;
      if (++this.#speechFrames < this.#minSpeech) return undefined;
      this.#sure = true;
      this.#silence = undefined;
      return { kind: 'start', frame: this.#start };
    }
    if (this.#start !== undefined && probability < this.#off && ++this.#quiet >= DROP_FRAMES) this.#forget();
    return undefined;
  }

  /** Ends what is under way before frame `end`, as where the stream ends or breaks. */
  finish(end: number): Decision | undefined {
    const start = this.#start;
    const wasSure = this.#sure;
    const silence = this.#silence;
    this.#forget();
    if (start === undefined || !wasSure) return undefined;
    return { kind: 'end', start, end: silence ?? end, goesOn: false };
  }

  #during(frame: number, probability: number, audible: boolean): Decision | undefined {
    const start = this.#start!;
    if (probability >= this.#on) this.#lastWord = frame;
    if (probability >= this.#on || (audible && frame - this.#lastWord <= this.#maxTail))
      this.#silence = undefined;
    else if (probability < this.#off) this.#silence ??= frame;
    if (this.#silence !== undefined && frame - this.#silence + 1 >= this.#minSilence) {
      const end = this.#silence;
      this.#forget();
      return { kind: 'end', start, end, goesOn: false };
    }
    const length = frame + 1 - start;
    if (3 * length >= 2 * this.#maxSegment && probability <= (this.#weakest?.probability ?? 1))
      this.#weakest = { frame, probability };
    if (length < this.#maxSegment) return undefined;
    const end = this.#weakest?.frame ?? frame + 1;
    this.#start = end;
    this.#weakest = undefined;
    return { kind: 'end', start, end, goesOn: true };
  }

  #forget(): void {
    this.#start = undefined;
    this.#sure = false;
    this.#speechFrames = 0;
    this.#silence = undefined;
    this.#quiet = 0;
    this.#weakest = undefined;
  }
}
