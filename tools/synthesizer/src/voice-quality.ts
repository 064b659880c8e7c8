import type { AudioClip } from '@prosodia/contracts';
import type { Random } from './random.js';

/** What the engine's settings cannot say about a voice. */
export interface VoiceQuality {
  /** Coefficient of a first-order filter, in (-1, 1): above 0 lifts the highs, below 0 the lows. */
  readonly tilt: number;
  /** Noise that follows the voice's envelope, as a share of it. */
  readonly breath: number;
  /** Depth of amplitude modulation, 0 to 1. */
  readonly tremor: number;
  readonly tremorHz: number;
  /** Saturation: 0 none; 1 squashes peaks to about half. */
  readonly drive: number;
}

/** What becomes of the engine's plain speech. */
export interface Shaping {
  readonly quality: VoiceQuality;
  /** Level of the speech in dB below full scale. */
  readonly levelDb: number;
  readonly leadSec: number;
  readonly tailSec: number;
}

// Looked up once: within a `vm` context, where tests run, each use of a global costs a microsecond.
const { abs, max, min, sin } = Math;

const PEAK = 0.98;
/** A quiet room, in dB below full scale. */
const ROOM_DB = -80;

/**
 * Turns the engine's plain speech into a performance: voice quality, level, and a stretch of quiet room
 * before and after.
 *
 * @returns a new clip at the same rate, within [-0.98, 0.98]
 */
export function shape(speech: AudioClip, shaping: Shaping, random: Random): AudioClip {
  const { sampleRateHz } = speech;
  const voiced = normalised(tilted(speech.samples, shaping.quality.tilt));
  modulate(voiced, shaping.quality, sampleRateHz, random);
  const gain = gainFor(voiced, shaping.levelDb);
  const lead = Math.round(shaping.leadSec * sampleRateHz);
  const tail = Math.round(shaping.tailSec * sampleRateHz);
  const samples = new Float32Array(lead + voiced.length + tail);
  const room = 10 ** (ROOM_DB / 20);
  for (let i = 0; i < samples.length; i++) {
    const value = gain * (voiced[i - lead] ?? 0) + room * random.uniform(-1.7, 1.7);
    samples[i] = min(PEAK, max(-PEAK, value));
  }
  return { samples, sampleRateHz };
}

function tilted(samples: Float32Array, tilt: number): Float32Array {
  const out = new Float32Array(samples.length);
  let before = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    out[i] = value - tilt * before;
    before = value;
  }
  return out;
}

function normalised(samples: Float32Array): Float32Array {
  let peak = 1e-9;
  for (const value of samples) peak = max(peak, abs(value));
  return samples.map((value) => value / peak);
}

function modulate(samples: Float32Array, quality: VoiceQuality, sampleRateHz: number, random: Random): void {
  const release = 1 - 1 / (0.01 * sampleRateHz);
  const step = (2 * Math.PI * quality.tremorHz) / sampleRateHz;
  const phase = random.uniform(0, 2 * Math.PI);
  let envelope = 0;
  let hiss = 0;
  for (let i = 0; i < samples.length; i++) {
    let value = samples[i]!;
    envelope = max(abs(value), envelope * release);
    const noise = random.uniform(-1, 1);
    // The difference of neighbours is high-passed: breath is brighter than the voice it rides on.
    value += quality.breath * envelope * (noise - hiss);
    hiss = noise;
    // x / (1 + d|x|): an even saturation without a transcendental function.
    value = (value * (1 + quality.drive)) / (1 + quality.drive * abs(value));
    samples[i] = value * (1 - quality.tremor * (0.5 + 0.5 * sin(phase + step * i)));
  }
}

/** Gain that brings the speech's mean level to `levelDb`; peaks it would push over full scale are clipped. */
function gainFor(samples: Float32Array, levelDb: number): number {
  let power = 1e-12;
  for (const value of samples) power += value * value;
  return 10 ** (levelDb / 20) / Math.sqrt(power / samples.length);
}
