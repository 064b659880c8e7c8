import { type AudioClip, ProsodiaError } from '@prosodia/contracts';
import { augment, type Change } from '@prosodia/features';
import { cutEdges, type EdgeCut } from './cut-edges.js';

/** What a rule of a recipe, drawn for one clip, does to it. */
export type ClipChange = Change | EdgeCut;

/**
 * Each clip as its change makes it.
 *
 * @param changes  one for each clip, all of one kind
 * @throws ProsodiaError as `augment`
 */
export async function changeClips(
  clips: readonly AudioClip[],
  changes: readonly ClipChange[],
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<AudioClip[]> {
  const cuts = changes.filter((change) => change.kind === 'edges');
  if (cuts.length === 0) return augment(clips, changes as readonly Change[], { signal });
  const cut: AudioClip[] = [];
  for (const [i, clip] of clips.entries()) {
    if (signal?.aborted) throw new ProsodiaError('ABORTED', 'Cutting clips was aborted');
    cut.push(await cutEdges(clip, cuts[i]!));
  }
  return cut;
}
