import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AudioClip } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import { numbers } from './support.js';

/** Sound more than this below a clip's loudest 20 ms is cut off at its ends. */
const TRIM_DB = 30;
const STEP_SEC = 0.02;

export interface PlacedClip {
  readonly startSec: number;
  readonly endSec: number;
}

/** A minute of a corpus's clips, each cut to its sound, with silences of 0.6 to 1.4 s between. */
export async function minuteOfClips(
  folder: string,
  seed: number,
): Promise<{ clip: AudioClip; placed: PlacedClip[] }> {
  const random = numbers(seed);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(wav|flac)$/.test(name))
    .sort();
  const parts: Float32Array[] = [];
  const placed: PlacedClip[] = [];
  let rateHz = 48_000;
  let length = 0;
  const add = (samples: Float32Array) => {
    parts.push(samples);
    length += samples.length;
  };
  add(new Float32Array(0.7 * rateHz));
  while (length < 57 * rateHz) {
    const clip = await decodeFile(join(folder, files[Math.floor(random() * files.length)]!));
    rateHz = clip.sampleRateHz;
    const samples = soundOf(clip);
    placed.push({ startSec: length / rateHz, endSec: (length + samples.length) / rateHz });
    add(samples);
    add(new Float32Array(Math.round((0.6 + 0.8 * random()) * rateHz)));
  }
  const joined = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return { clip: { samples: joined, sampleRateHz: rateHz }, placed };
}

function soundOf({ samples, sampleRateHz }: AudioClip): Float32Array {
  const step = Math.round(STEP_SEC * sampleRateHz);
  const powers = Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const part = samples.subarray(i * step, (i + 1) * step);
    return part.reduce((sum, sample) => sum + sample * sample, 0);
  });
  const least = Math.max(...powers) * 10 ** (-TRIM_DB / 10);
  const first = powers.findIndex((power) => power > least);
  const last = powers.findLastIndex((power) => power > least);
  return samples.slice(first * step, (last + 1) * step);
}
