import type { Recognition } from '@prosodia/contracts';
import type { SpeechDetector } from '../speech-detector.js';
import { type ValenceArousal, valenceArousal } from '../valence-arousal.js';
import { AnswerSmoother } from './answer-smoother.js';
import type { StreamEvent } from './events.js';
import type { ClipRecognizer, StreamSettings } from './options.js';
import { ChunkReader, type Pcm } from './pcm-chunk.js';
import { RateConverter } from './rate-converter.js';
import { SampleRing } from './sample-ring.js';
import type { Decision } from './speech-segmenter.js';
import { MAX_LEAD_SEC, type Span, SpeechTracker } from './speech-tracker.js';
import { StreamClock } from './stream-clock.js';

/** A chunk is worked through in pieces of this length, so that no chunk needs more memory than another. */
const PIECE_SEC = 0.5;
/** Least speech a provisional answer is given for. */
const MIN_HEARD_SEC = 0.5;

export interface AnalyserParts {
  readonly settings: StreamSettings;
  readonly recognizer: ClipRecognizer;
  /** Asked for once, with the first audio. */
  readonly detector: () => Promise<SpeechDetector>;
  readonly signal: AbortSignal | undefined;
  readonly emit: (event: StreamEvent) => void;
}

/** Turns one stream's chunks into events; its memory is a ring of the last samples, whatever the length. */
export class StreamAnalyser {
  readonly #parts: AnalyserParts;
  readonly #reader: ChunkReader;
  readonly #smoother: AnswerSmoother;
  #line: Line | undefined;
  #inlet: { readonly fromHz: number; readonly converter: RateConverter } | undefined;
  #nextAnswer = 0;

  constructor(parts: AnalyserParts) {
    this.#parts = parts;
    this.#reader = new ChunkReader(parts.settings.sampleRateHz);
    this.#smoother = new AnswerSmoother(parts.settings.smoothing);
  }

  /** @throws ProsodiaError INVALID_ARGUMENT for a chunk that is no PCM, and whatever recognition throws */
  async take(chunk: unknown): Promise<void> {
    const pcm = this.#reader.read(chunk);
    this.#line ??= await this.#open(pcm.sampleRateHz);
    const line = this.#line;
    if (pcm.timeSec !== undefined) await this.#follow(line, pcm.timeSec);
    await this.#hear(line, this.#atRate(pcm, line.sampleRateHz));
  }

  /** Ends the speech that is under way; no chunk comes after this. */
  async finish(): Promise<void> {
    if (this.#line) await this.#break(this.#line);
  }

  async #open(sampleRateHz: number): Promise<Line> {
    const { settings } = this.#parts;
    const detector = settings.detect ? await this.#parts.detector() : undefined;
    const { maxSegmentSec, minSilenceSec, padSec } = settings.vad;
    const keptSec =
      Math.max(settings.windowSec, maxSegmentSec) + minSilenceSec + 2 * padSec + 2 * PIECE_SEC + MAX_LEAD_SEC;
    const track = (begin: number) => new SpeechTracker(begin, sampleRateHz, settings, detector);
    return {
      sampleRateHz,
      ring: new SampleRing(Math.ceil(keptSec * sampleRateHz)),
      clock: new StreamClock(sampleRateHz),
      track,
      tracker: track(0),
    };
  }

  #atRate({ samples, sampleRateHz }: Pcm, wantedHz: number): Float32Array {
    if (sampleRateHz === wantedHz) {
      this.#inlet = undefined;
      return samples;
    }
    if (this.#inlet?.fromHz !== sampleRateHz)
      this.#inlet = { fromHz: sampleRateHz, converter: new RateConverter(sampleRateHz, wantedHz) };
    return this.#inlet.converter.convert(samples);
  }

  /** Short gaps are filled with silence, so that speech goes on across a lost packet; long ones end it. */
  async #follow(line: Line, timeSec: number): Promise<void> {
    const gap = line.clock.observe(line.ring.end, timeSec);
    if (!gap) return;
    const lengthSec = gap.endSec - gap.startSec;
    if (lengthSec < this.#parts.settings.vad.minSilenceSec) {
      await this.#hear(line, new Float32Array(Math.round(lengthSec * line.sampleRateHz)));
      this.#parts.emit({ type: 'gap', ...gap });
      return;
    }
    await this.#break(line);
    line.clock.skip(gap);
    line.tracker = line.track(line.ring.end);
    this.#parts.emit({ type: 'gap', ...gap });
  }

  async #hear(line: Line, samples: Float32Array): Promise<void> {
    const piece = Math.ceil(PIECE_SEC * line.sampleRateHz);
    for (let at = 0; at < samples.length; at += piece) {
      const part = samples.subarray(at, at + piece);
      line.ring.write(part);
      for (const { decision, end } of await line.tracker.hear(part, this.#parts.signal)) {
        if (decision) await this.#decided(line, decision, end);
        if (this.#isDue(line, end)) await this.#answer(line, end);
      }
      line.ring.forget(line.tracker.neededFrom);
    }
  }

  /** Whether somebody has spoken for long enough, and since the last answer. */
  #isDue({ tracker, sampleRateHz }: Line, end: number): boolean {
    if (end < this.#nextAnswer) return false;
    const since = tracker.speakingSince;
    return (
      since !== undefined && this.#windowBegin(since, sampleRateHz, end) <= end - MIN_HEARD_SEC * sampleRateHz
    );
  }

  #windowBegin(since: number, sampleRateHz: number, end: number): number {
    return Math.max(since, end - Math.round(this.#parts.settings.windowSec * sampleRateHz));
  }

  /**
   * The window is recognised as a clip of its own. Features kept from the window before would differ at its edges from those
   * of the same stretch offline, and to make them anew is a small part of an answer (`bench live`).
   */
  async #answer(line: Line, end: number): Promise<void> {
    const from = this.#windowBegin(line.tracker.speakingSince!, line.sampleRateHz, end);
    this.#nextAnswer = end + Math.round(this.#parts.settings.hopSec * line.sampleRateHz);
    // It is soon replaced by the next.
    const answer = await this.#recognize(line, from, end, true);
    this.#parts.emit({ ...placed(this.#smoother.smooth(answer)), type: 'provisional' });
  }

  async #decided(line: Line, decision: Decision, available: number): Promise<void> {
    const { emit } = this.#parts;
    if (decision.kind === 'start') {
      this.#smoother.reset();
      this.#nextAnswer = 0;
      const { from } = this.#recorded(line, line.tracker.startOf(decision.frame), available);
      emit({ type: 'speechStart', timeSec: line.clock.timeOf(from) });
      return;
    }
    const span = line.tracker.spanOf(decision, available);
    const { from, to } = this.#recorded(line, span.from, span.to);
    if (!decision.goesOn) emit({ type: 'speechEnd', timeSec: line.clock.timeOf(to) });
    emit({ ...placed(await this.#recognize(line, from, to, false)), type: 'segment' });
  }

  /** Speech without the digital silence that a line or an editor put beside it. */
  #recorded(line: Line, from: number, to: number): Span {
    return this.#parts.settings.detect ? line.ring.recorded(from, to) : { from, to };
  }

  async #break(line: Line): Promise<void> {
    const decision = line.tracker.finish(line.ring.end);
    if (decision) await this.#decided(line, decision, line.ring.end);
  }

  async #recognize(line: Line, from: number, to: number, quick: boolean) {
    const { recognizer, signal } = this.#parts;
    const clip = { samples: line.ring.read(from, to), sampleRateHz: line.sampleRateHz };
    const answer = await recognizer.recognize(clip, { quick, ...(signal && { signal }) });
    return { ...answer, startSec: line.clock.timeOf(from), endSec: line.clock.timeOf(to) };
  }
}

/** An answer beside its place on the circle of valence and arousal, if its emotions have one. */
function placed<T extends Recognition>(answer: T): T & Partial<ValenceArousal> {
  return { ...answer, ...valenceArousal(answer) };
}

/** What is opened when the first chunk tells the rate. */
interface Line {
  readonly sampleRateHz: number;
  readonly ring: SampleRing;
  readonly clock: StreamClock;
  readonly track: (begin: number) => SpeechTracker;
  tracker: SpeechTracker;
}
