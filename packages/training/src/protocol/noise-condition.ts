import type { AudioClip, Recording } from '@prosodia/contracts';
import { augment, decodeFile, resampleClips } from '@prosodia/features';
import { Random } from '../random.js';

/** What is added to the clips that are tested. */
export interface NoiseCondition {
  /** `babble`: several other people of the corpus talking at once. */
  readonly kind: 'white' | 'babble';
  /** Mean power of the clip to that of the noise. */
  readonly snrDb: number;
}

/** The ratios a sweep goes through. */
export const SNR_SWEEP_DB = [20, 15, 10, 5, 0] as const;

export const NOISE_SWEEP: readonly NoiseCondition[] = (['white', 'babble'] as const).flatMap((kind) =>
  SNR_SWEEP_DB.map((snrDb) => ({ kind, snrDb })),
);

/** `white-10`. */
export function conditionName({ kind, snrDb }: NoiseCondition): string {
  return `${kind}-${snrDb}`;
}

/** People who talk in a babble. */
const TALKERS = 6;

export interface NoiseSource {
  readonly recordings: readonly Recording[];
  readonly contentHashes: readonly string[];
  readonly seed: number;
}

/**
 * A clip with noise; which noise is decided by the seed and the clip's content alone.
 *
 * @param index  the clip's number in the corpus: babble is made of other speakers than its own
 */
export async function addNoise(
  clip: AudioClip,
  index: number,
  condition: NoiseCondition,
  source: NoiseSource,
): Promise<AudioClip> {
  const random = new Random(source.seed, 'noise', source.contentHashes[index]!, condition.kind);
  if (condition.kind === 'white') {
    const change = { kind: 'noise', snrDb: condition.snrDb, seed: random.uint32() } as const;
    return (await augment([clip], [change]))[0]!;
  }
  const babble = await babbleFor(clip, index, source, random);
  return mix(clip, babble, condition.snrDb);
}

async function babbleFor(
  clip: AudioClip,
  index: number,
  { recordings }: NoiseSource,
  random: Random,
): Promise<Float32Array> {
  const speaker = recordings[index]!.speaker;
  const others = recordings.flatMap((recording, number) => (recording.speaker === speaker ? [] : [number]));
  const sum = new Float32Array(clip.samples.length);
  for (let talker = 0; talker < Math.min(TALKERS, others.length); talker++) {
    const voice = await decodeFile(recordings[others[random.below(others.length)]!]!.path);
    const [{ samples }] = (await resampleClips([voice], clip.sampleRateHz)) as [AudioClip];
    const gain = 1 / (Math.sqrt(meanPower(samples)) || 1);
    // Each talker begins somewhere else and goes round.
    const offset = samples.length > 0 ? random.below(samples.length) : 0;
    for (let at = 0; at < sum.length && samples.length > 0; at++)
      sum[at]! += gain * samples[(at + offset) % samples.length]!;
  }
  return sum;
}

function mix(clip: AudioClip, noise: Float32Array, snrDb: number): AudioClip {
  const power = meanPower(noise);
  const gain = power > 0 ? Math.sqrt(meanPower(clip.samples) / power / 10 ** (snrDb / 10)) : 0;
  // A sum beyond full scale is scaled down as a whole: clipping would be another distortion.
  const mixed = clip.samples.map((sample, at) => sample + gain * noise[at]!);
  const peak = mixed.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return {
    samples: peak > 1 ? mixed.map((sample) => sample / peak) : mixed,
    sampleRateHz: clip.sampleRateHz,
  };
}

function meanPower(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 ? sum / samples.length : 0;
}
