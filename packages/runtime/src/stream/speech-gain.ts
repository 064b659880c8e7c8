import { SPEECH_FRAME_SAMPLES } from '../speech-messages.js';
import { levelDbOf, RoomLevel, SILENCE_DB } from './loudness.js';

/** Speech quieter than this is raised to it … */
const WANTED_DB = -30;
/** … by no more than this, … */
const MAX_GAIN_DB = 24;
/** … and the room no further than up to here. */
const ROOM_DB = -45;
/** How fast loud speech is forgotten: quiet speech is heard a second or two after it. */
const FALL_DB_PER_FRAME = 0.64;

/**
 * Raises quiet speech for the detector's ears, which take it for nothing: whispers, and people far from the microphone.
 *
 * What is recognised keeps its level.
 */
export class SpeechGain {
  readonly #room = new RoomLevel();
  #peakDb = SILENCE_DB;
  #gain = 1;

  /** @param frames  any number of whole frames, in order */
  raised(frames: Float32Array): Float32Array {
    const out = frames.slice();
    for (let at = 0; at < out.length; at += SPEECH_FRAME_SAMPLES) {
      const frame = out.subarray(at, at + SPEECH_FRAME_SAMPLES);
      const before = this.#gain;
      this.#gain = this.#gainFor(levelDbOf(frame));
      if (before !== 1 || this.#gain !== 1) raise(frame, before, this.#gain);
    }
    return out;
  }

  #gainFor(levelDb: number): number {
    this.#peakDb = Math.max(levelDb, this.#peakDb - FALL_DB_PER_FRAME);
    const roomDb = this.#room.hear(levelDb);
    const gainDb = Math.min(WANTED_DB - this.#peakDb, ROOM_DB - roomDb, MAX_GAIN_DB);
    return 10 ** (Math.max(0, gainDb) / 20);
  }
}

/** From one gain to the next without a step, which would sound like a click. */
function raise(frame: Float32Array, before: number, after: number): void {
  const step = (after - before) / frame.length;
  let gain = before;
  for (let i = 0; i < frame.length; i++) {
    gain += step;
    frame[i] = Math.max(-1, Math.min(1, gain * frame[i]!));
  }
}
