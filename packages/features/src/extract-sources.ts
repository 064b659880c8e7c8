import type { BatchItem, FeatureOptions } from '@prosodia/contracts';
import { resolveFeatureConfig } from './config.js';
import type { ExtractOptions } from './extract.js';
import {
  type FeatureSource,
  type FileOptions,
  type SourceFeatures,
  summariesFromFiles,
} from './source-rows.js';

export interface SourceOptions extends FileOptions, ExtractOptions {}

/**
 * Features of each audio file, straight from its path: WAV files are read, decoded, resampled and analysed by the
 * addon's threads, and only the result comes to JavaScript. FLAC, MP3 and Ogg are decoded as `decodeFile` does first.
 *
 * The matrices equal those of `extractFeatures` on the decoded clips, bit for bit.
 *
 * @param sources  paths, `file:` URLs, bytes of whole files, or clips, in any mixture
 * @param options  librosa's defaults unless given
 * @param call     `summary: 'mean'`: one row of means per source; limits on a source's length; threads
 * @returns in order, each source's features or its own error (DECODE, INVALID_ARGUMENT, LIMIT): one bad file never loses
 *   the others
 * @throws ProsodiaError INVALID_ARGUMENT for options or a source of another type, ABORTED
 * @example
 * const items = await extractFromFiles(['a.wav', 'b.flac'], { nMfcc: 13 }, { summary: 'mean' });
 * for (const item of items) console.log(item.ok ? item.value.matrix.data : item.error.message);
 */
export async function extractFromFiles(
  sources: readonly FeatureSource[],
  options: FeatureOptions = {},
  call: SourceOptions = {},
): Promise<BatchItem<SourceFeatures>[]> {
  return summariesFromFiles(
    sources,
    resolveFeatureConfig(options),
    { summary: call.summary ?? 'frames' },
    call,
  );
}
