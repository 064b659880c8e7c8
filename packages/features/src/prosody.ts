import type { AudioClip } from '@prosodia/contracts';
import { type NativeProsody, nativeAddon } from '@prosodia/native';
import { checkClips, checkRate } from './clips.js';
import { expect } from './expect.js';
import { type BatchOptions, runBatch } from './native-batch.js';

export interface ProsodyOptions {
  /** Every clip is resampled to this rate first; above 12,800, so that the highest band of contrast exists. 22,050. */
  readonly sampleRateHz?: number | undefined;
  /** Samples of a frame, a power of two from 256 to 16,384; 2,048 unless given. */
  readonly nFft?: number | undefined;
  /** Samples from one frame to the next, 1 to 65,536; 512 unless given. */
  readonly hopLength?: number | undefined;
}

/**
 * Prosody and spectral shape over time, one value a frame.
 *
 * - `f0Hz`: 70 to 600 Hz, 0 where unvoiced; `voicing`: correlation of neighbouring periods, 0 to 1, voiced or not.
 * - `rms`, `zeroCrossingRate` (of the frame's samples), `centroidHz`, `bandwidthHz`, `rolloffHz` (85 % of magnitude),
 *   `flatness` (0 to 1), `contrastDb` (row-major frames × 7): librosa's `rms`, `zero_crossing_rate`, `spectral_…`.
 * - `flux`: Euclidean distance of the magnitudes, each frame's summing to 1, from the frame before; 0 for the first.
 * - `loudness`: Σ power^0.3 over 64 mel bands of 50 to 8,000 Hz, an auditory spectrum's sum.
 * - `energy250To650Db`, `energy1000To4000Db`: 10·log10 of the power there, at least −100.
 * - `slope0To500`, `slope500To1500`: dB per 100 Hz, fitted to the bins there.
 */
export interface ProsodyFrames extends NativeProsody {
  readonly sampleRateHz: number;
  readonly hopLength: number;
}

/**
 * Pitch, energy and spectral shape of each clip, frame by frame.
 *
 * Frames are centred on multiples of `hopLength`, Hann-windowed, with zeros beyond the clip's ends. F0 is found by
 * normalised cross-correlation and dynamic programming (Talkin 1995).
 *
 * @param clips    mono audio in [-1, 1]; rates may differ
 * @param options  librosa's defaults unless given
 * @returns one set of contours per clip, in order; frames = 1 + floor(samples / hopLength)
 * @throws ProsodiaError INVALID_ARGUMENT (an option out of range; a sample that is not finite: which clip, which index),
 *   LIMIT, ABORTED
 * @example
 * const [prosody] = await extractProsody([clip], { sampleRateHz: 16000, nFft: 512, hopLength: 160 });
 * const voiced = prosody.f0Hz.filter((hz) => hz > 0);
 */
export async function extractProsody(
  clips: readonly AudioClip[],
  options: ProsodyOptions = {},
  call: BatchOptions = {},
): Promise<ProsodyFrames[]> {
  const { sampleRateHz = 22_050, nFft = 2_048, hopLength = 512 } = options;
  checkRate(sampleRateHz, 'sampleRateHz');
  expect(sampleRateHz > 12_800, 'sampleRateHz above 12800', sampleRateHz);
  const isPower = Number.isInteger(Math.log2(nFft)) && nFft >= 256 && nFft <= 16_384;
  expect(isPower, 'a power of two from 256 to 16384 for nFft', nFft);
  const isHop = Number.isInteger(hopLength) && hopLength >= 1 && hopLength <= 65_536;
  expect(isHop, 'a whole number from 1 to 65536 for hopLength', hopLength);
  checkClips(clips);
  const addon = nativeAddon();
  const config = { sampleRateHz, nFft, hopLength };
  const found = await runBatch(
    {
      total: clips.length,
      weight: (index) => clips[index]!.samples.length,
      start: (first, end, nativeCall) => addon.extractProsody(clips.slice(first, end), config, nativeCall),
      nameOf: (index) => `clip ${index}`,
    },
    call,
  );
  return found.map((frames) => ({ ...frames, sampleRateHz, hopLength }));
}
