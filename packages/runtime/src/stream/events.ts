import type { Recognition } from '@prosodia/contracts';
import type { ValenceArousal } from '../valence-arousal.js';

/** Somebody began to speak; told once it is sure, so a little after `timeSec`. */
export interface SpeechStart {
  readonly type: 'speechStart';
  readonly timeSec: number;
}

/** The speech that began before ended at `timeSec`; its segment follows. */
export interface SpeechEnd {
  readonly type: 'speechEnd';
  readonly timeSec: number;
}

/** What the last window sounds like while they speak, smoothed over the windows before it. */
export interface Provisional extends Recognition, Partial<ValenceArousal> {
  readonly type: 'provisional';
}

/** A finished stretch of speech, recognised as a whole, as `recognize` would; with `valenceArousal` where it is known. */
export interface Segment extends Recognition, Partial<ValenceArousal> {
  readonly type: 'segment';
}

/** The source's timestamps left out a stretch that was never received. */
export interface Gap {
  readonly type: 'gap';
  readonly startSec: number;
  readonly endSec: number;
}

/** What a stream tells, in order of time; seconds count from the stream's first sample. */
export type StreamEvent = SpeechStart | SpeechEnd | Provisional | Segment | Gap;
