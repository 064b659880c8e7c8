import {
  type AudioClip,
  type Augmentation,
  type AugmentationOptions,
  augmentationSchema,
  ProsodiaError,
  parseWith,
  type SoundAugmentation,
  type SoundAugmentationOptions,
  soundAugmentationSchema,
} from '@prosodia/contracts';
import { type NativeAugmentation, nativeAddon } from '@prosodia/native';
import { checkClips } from './clips.js';
import { type BatchOptions, runBatch } from './native-batch.js';

/** Every change that `augment` can make. */
export type Change = AugmentationOptions | SoundAugmentationOptions;

/**
 * Clips with noise added, their pitch shifted, their time stretched …, as training data wants them varied.
 *
 * - `noise`: Gaussian noise, white or pink, scaled by what was drawn, so that 10·log10(Σ clip² / Σ noise²) is `snrDb` to 1e-4 dB
 *   (above some 80 dB the rounding of samples to single precision is itself noise of that size). Silence stays silent.
 *   Results are not clipped to [-1, 1]. The same seed gives the same bytes on every machine.
 * - `recording`: the same with a sound of one's own for noise.
 * - `gain`: every sample times 10^(gainDb / 20).
 * - `reverb`: the clip as heard in the room of an impulse response; the tail beyond the clip's end is cut off.
 * - `telephone`: 300 to 3,400 Hz; with `muLaw` by way of 8 kHz and G.711's eight bits.
 * - `pitch`: voiced parts move by `semitones` and keep their length and formants (TD-PSOLA, Moulines & Charpentier 1990);
 *   unvoiced parts are the input's own samples. With `formants: 'move'` the whole spectrum moves, as on a tape played
 *   faster, at the same length. 0 copies.
 * - `stretch`: `rate` times as fast at the same pitch (WSOLA, Verhelst & Roelands 1993, with onsets kept whole);
 *   Math.round(samples / rate) samples. 1 copies.
 *
 * Results depend on clip, change and seed alone: not on the number of threads, nor on the other clips. Shifted and
 * stretched samples may differ in their last bits, and a splice now and then, between instruction sets (`PROSODIA_ISA`).
 *
 * With one change for all clips, clip `i` draws its noise from `clipSeed(seed, i)`. With an array, one change for each
 * clip, each seed is used as it stands.
 *
 * @param clips    mono audio in [-1, 1], any length; rates may differ and are kept
 * @param changes  one change for all clips, or an array with one for each
 * @returns a new clip for each, in order; the given ones are left as they are
 * @throws ProsodiaError INVALID_ARGUMENT (a value out of range; a sample that is not finite: which clip, which index),
 *   LIMIT (a result of more than 2^28 samples), ABORTED
 * @example
 * const clip = { samples: new Float32Array(22050), sampleRateHz: 22050 };
 * const [slower] = await augment([clip], { kind: 'stretch', rate: 0.8 });
 * slower.samples.length // 27563
 */
export async function augment(
  clips: readonly AudioClip[],
  changes: Change | readonly Change[],
  call: BatchOptions = {},
): Promise<AudioClip[]> {
  checkClips(clips);
  const native = changesOf(clips, changes);
  const addon = nativeAddon();
  return runBatch(
    {
      total: clips.length,
      weight: (index) => {
        const { kind, amount } = native[index]!;
        return clips[index]!.samples.length * (kind === 'stretch' ? Math.max(1, 1 / amount) : 1);
      },
      start: (first, end, nativeCall) =>
        addon.augment(clips.slice(first, end), native.slice(first, end), nativeCall),
      nameOf: (index) => `clip ${index}`,
    },
    call,
  );
}

/**
 * The seed that `augment` uses for clip `index` when one change is given for all clips: seed + index · 0x9e3779b9 modulo
 * 2^32. So clip 0 uses the seed itself, no two clips of a batch share one, and any clip can be made again alone.
 *
 * @param seed   0 to 2^32 − 1
 * @param index  the clip's place in the batch, from 0
 */
export function clipSeed(seed: number, index: number): number {
  return (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
}

function changesOf(clips: readonly AudioClip[], changes: Change | readonly Change[]): NativeAugmentation[] {
  if (!Array.isArray(changes)) {
    const change = checked(changes as Change, 'augmentation');
    return clips.map((_, index) => nativeChange(change, clipSeed(change.seed, index)));
  }
  if (changes.length !== clips.length) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected one augmentation for each of ${clips.length} clips but received ${changes.length}`,
    );
  }
  return changes.map((options, index) => {
    const change = checked(options, `augmentation of clip ${index}`);
    return nativeChange(change, change.seed);
  });
}

function checked(change: Change, what: string): Augmentation | SoundAugmentation {
  const takesSound = change?.kind === 'recording' || change?.kind === 'reverb';
  if (!takesSound) return parseWith(augmentationSchema, change, what);
  const parsed = parseWith(soundAugmentationSchema, change, what);
  checkClips([parsed.sound]);
  if (parsed.sound.samples.length === 0)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected samples for the sound of ${what} but received none`,
    );
  return { ...parsed, sound: change.sound };
}

/** A change as the addon takes it. */
export function nativeChange(change: Augmentation | SoundAugmentation, seed: number): NativeAugmentation {
  switch (change.kind) {
    case 'noise':
      return { kind: change.color === 'pink' ? 'pink' : 'noise', amount: change.snrDb, seed };
    case 'recording':
      return { kind: 'recorded', amount: change.snrDb, seed, sound: change.sound };
    case 'gain':
      return { kind: 'gain', amount: change.gainDb, seed };
    case 'reverb':
      return {
        kind: change.level === 'keep' ? 'reverbAtLevel' : 'reverb',
        amount: 0,
        seed,
        sound: change.sound,
      };
    case 'telephone':
      return { kind: change.muLaw ? 'telephoneMuLaw' : 'telephone', amount: 0, seed };
    case 'pitch':
      return {
        kind: change.formants === 'move' ? 'pitchAndFormants' : 'pitch',
        amount: change.semitones,
        seed,
      };
    case 'stretch':
      return { kind: 'stretch', amount: change.rate, seed };
  }
}
