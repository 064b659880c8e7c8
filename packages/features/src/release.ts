import type { AudioClip } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import { checkClips } from './clips.js';
import { wholeBuffers } from './whole-buffers.js';

/**
 * Gives back the memory of clips that nobody reads any more, without waiting for the garbage collector. That is started
 * often by new memory of clips – in many processes for every few megabytes – and takes longer than adding noise to them.
 *
 * The clips' arrays are empty afterwards, and so is every other view of their buffers. An array that is part of a larger
 * buffer, or whose buffer is shared between threads, keeps its samples.
 *
 * @param clips  what `augment`, `resampleClips`, `compose` or `decodeFile` returned; not used by a call under way
 * @throws ProsodiaError INVALID_ARGUMENT (no array of clips)
 * @example
 * const noisy = await augment(clips, { kind: 'noise', snrDb: 15 });
 * const features = await extractFeatures(noisy);
 * releaseClips(noisy);
 */
export function releaseClips(clips: readonly AudioClip[]): void {
  checkClips(clips);
  nativeAddon().release(wholeBuffers(clips.map(({ samples }) => samples)));
}
