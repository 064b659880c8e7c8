import type { AudioClip } from '@prosodia/contracts';
import { trimSilence } from '@prosodia/features';

/** Another cut of a clip: its edges from `belowPeakDb` under the loudest on are left out, digital silence is set there. */
export interface EdgeCut {
  readonly kind: 'edges';
  readonly belowPeakDb: number;
  readonly beforeSec: number;
  readonly afterSec: number;
}

/** The clip as somebody else might have cut it out of the same recording. */
export async function cutEdges(
  clip: AudioClip,
  { belowPeakDb, beforeSec, afterSec }: EdgeCut,
): Promise<AudioClip> {
  const [speech] = await trimSilence([clip], { belowPeakDb, marginSec: 0 });
  const { samples, sampleRateHz } = speech!;
  const [before, after] = [Math.round(beforeSec * sampleRateHz), Math.round(afterSec * sampleRateHz)];
  const cut = new Float32Array(before + samples.length + after);
  cut.set(samples, before);
  return { samples: cut, sampleRateHz };
}
