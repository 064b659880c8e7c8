import type { AudioClip, FeatureConfig, FeatureMatrix, FeatureOptions } from '@prosodia/contracts';
import { type NativeSummary, nativeAddon } from '@prosodia/native';
import { checkClips } from './clips.js';
import { derive, resolveFeatureConfig } from './config.js';
import { type BatchOptions, runBatch } from './native-batch.js';

/** Options of an extraction. */
export interface ExtractOptions extends BatchOptions {
  /** `frames`: every frame. `mean`: one row, each coefficient's mean over the frames, as `meanOverFrames` gives it. */
  readonly summary?: 'frames' | 'mean' | undefined;
}

/**
 * Features of each clip: mel-frequency cepstral coefficients as `librosa.feature.mfcc` defines them, or log-mel levels.
 *
 * Each clip stands alone: a batch equals its clips one by one, bit for bit, whatever the number of threads. Samples
 * are copied before the call returns to the event loop, at the latest when their part of the batch begins: leave them
 * alone until the promise settles. Deltas of clips shorter than 9 frames use librosa's mode `nearest`, where its
 * `interp` refuses.
 *
 * @param clips    mono audio in [-1, 1]; rates may differ, each is resampled to `sampleRateHz` of the configuration
 * @param options  librosa's defaults unless given
 * @param call     `summary: 'mean'` for a single row per clip
 * @returns one frames × coefficients matrix per clip, in order; frames = 1 + floor(samples / hopLength) when centred,
 *   otherwise whole frames, at least one
 * @throws ProsodiaError INVALID_ARGUMENT (a sample that is not finite: which clip, which index), LIMIT, ABORTED
 * @example
 * const [matrix] = await extractFeatures([{ samples: new Float32Array(22050), sampleRateHz: 22050 }]);
 * matrix.frames // 44
 */
export async function extractFeatures(
  clips: readonly AudioClip[],
  options: FeatureOptions = {},
  call: ExtractOptions = {},
): Promise<FeatureMatrix[]> {
  return extractSummaries(clips, resolveFeatureConfig(options), { summary: call.summary ?? 'frames' }, call);
}

/** One matrix per clip, made of its frames as `summary` says. */
export async function extractSummaries(
  clips: readonly AudioClip[],
  options: FeatureConfig,
  summary: NativeSummary,
  call: BatchOptions,
): Promise<FeatureMatrix[]> {
  const config = derive(options);
  const request = { ...summary, minSec: 0, maxSec: Number.POSITIVE_INFINITY };
  checkClips(clips);
  const addon = nativeAddon();
  return runBatch(
    {
      total: clips.length,
      weight: (index) => clips[index]!.samples.length,
      start: (first, end, nativeCall) => {
        const job = addon.extractFeatures(clips.slice(first, end), config, request, nativeCall);
        return { ...job, promise: job.promise.then(allOrFirstFailure) };
      },
      nameOf: (index) => `clip ${index}`,
    },
    call,
  );
}

/** Mean of each coefficient over a matrix's frames, summed in double precision; length `coefficients`. */
export function meanOverFrames(matrix: FeatureMatrix): Float32Array {
  const { data, frames, coefficients } = matrix;
  const sums = new Float64Array(coefficients);
  for (let frame = 0; frame < frames; frame++) {
    for (let c = 0; c < coefficients; c++) sums[c]! += data[frame * coefficients + c]!;
  }
  return Float32Array.from(sums, (sum) => sum / frames);
}

function allOrFirstFailure(answers: readonly (FeatureMatrix | Error | null)[]): FeatureMatrix[] {
  return answers.map((answer, item) => {
    if (answer !== null && 'data' in answer) {
      const { data, frames, coefficients } = answer;
      return { data, frames, coefficients };
    }
    throw Object.assign(answer ?? new Error('not a clip'), { item });
  });
}
