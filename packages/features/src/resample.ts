import type { AudioClip } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import { checkClips, checkRate } from './clips.js';
import { type BatchOptions, runBatch } from './native-batch.js';

/**
 * Each clip at another sample rate: Kaiser-windowed sinc, linear phase, flat to 0.913 of the lower Nyquist frequency
 * and below −120 dB from that frequency on (soxr's HQ figures). The signal counts as zero beyond its ends.
 *
 * @param clips         mono audio at any whole rates
 * @param sampleRateHz  whole number from 1 to 768,000; clips already there are copied
 * @returns ceil(samples · to / from) samples each, in order
 * @throws ProsodiaError INVALID_ARGUMENT (a sample that is not finite: which clip, which index), LIMIT, ABORTED
 */
export async function resampleClips(
  clips: readonly AudioClip[],
  sampleRateHz: number,
  options: BatchOptions = {},
): Promise<AudioClip[]> {
  checkRate(sampleRateHz, 'sampleRateHz');
  checkClips(clips);
  const addon = nativeAddon();
  return runBatch(
    {
      total: clips.length,
      // What comes out counts as well: a slice's results are copied at once, too.
      weight: (index) => {
        const { samples, sampleRateHz: fromHz } = clips[index]!;
        return samples.length * (1 + sampleRateHz / fromHz);
      },
      start: (first, end, call) => addon.resample(clips.slice(first, end), sampleRateHz, call),
      nameOf: (index) => `clip ${index}`,
    },
    options,
  );
}
