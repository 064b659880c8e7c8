import type { Recording } from '@prosodia/contracts';
import { decodeFile, encodeWav } from '@prosodia/features';
import { Random } from '@prosodia/training';

/** Sound more than this below a clip's loudest 20 ms is cut off at its ends. */
const TRIM_DB = 30;
const STEP_SEC = 0.02;
const SILENCE_BEFORE_SEC = 0.7;
/** No clip begins after this. */
const LAST_BEGIN_SEC = 57;
const SILENCE_SEC = { least: 0.6, most: 1.4 } as const;

/** A clip and where it lies in a recording. */
export interface PlacedClip {
  readonly path: string;
  readonly startSec: number;
  readonly endSec: number;
  /** Its sound, on a grid of 16 bits. */
  readonly samples: Float32Array;
}

/** A minute of clips with silences between. */
export interface Minute {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  readonly placed: readonly PlacedClip[];
  readonly durationSec: number;
  /** A 16-bit file, exactly the samples. */
  readonly wav: Uint8Array;
}

/** A minute of a corpus's clips drawn by `seed`, each cut to its sound, with silences of 0.6 to 1.4 s between. */
export async function minuteOf(recordings: readonly Recording[], seed: number): Promise<Minute> {
  const random = new Random(seed, 'minute');
  const parts: Float32Array[] = [];
  const placed: PlacedClip[] = [];
  let [rateHz, length] = [0, 0];
  const add = (samples: Float32Array) => {
    parts.push(samples);
    length += samples.length;
  };
  const silence = (seconds: number) => add(new Float32Array(Math.round(seconds * rateHz)));
  do {
    const { path } = recordings[random.below(recordings.length)]!;
    const clip = await decodeFile(path);
    if (rateHz !== 0 && clip.sampleRateHz !== rateHz) continue;
    if (rateHz === 0) {
      rateHz = clip.sampleRateHz;
      silence(SILENCE_BEFORE_SEC);
    }
    const samples = soundOf(clip.samples, rateHz);
    placed.push({ path, startSec: length / rateHz, endSec: (length + samples.length) / rateHz, samples });
    add(samples);
    silence(SILENCE_SEC.least + (SILENCE_SEC.most - SILENCE_SEC.least) * random.uniform());
  } while (length < LAST_BEGIN_SEC * rateHz);
  const samples = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  const wav = encodeWav({ samples, sampleRateHz: rateHz });
  return { samples, sampleRateHz: rateHz, placed, durationSec: length / rateHz, wav };
}

function soundOf(samples: Float32Array, rateHz: number): Float32Array {
  const step = Math.round(STEP_SEC * rateHz);
  const powers = Array.from({ length: Math.floor(samples.length / step) }, (_, i) =>
    samples.subarray(i * step, (i + 1) * step).reduce((sum, sample) => sum + sample * sample, 0),
  );
  const least = Math.max(...powers) * 10 ** (-TRIM_DB / 10);
  const first = powers.findIndex((power) => power > least);
  const last = powers.findLastIndex((power) => power > least);
  return samples
    .subarray(first * step, (last + 1) * step)
    .map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))) / 32_768);
}
