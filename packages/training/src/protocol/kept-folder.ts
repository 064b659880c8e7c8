import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import type { PairedDifference } from '../evaluate/bootstrap.js';
import { compareKept, type ProtocolFigures } from './figures.js';
import { FOLD_PROTOCOLS } from './fold-plan.js';
import { type KeptPredictions, readKept } from './kept-predictions.js';
import { TRACKS } from './learner.js';

/** One learner against another where both were tested on the same clips, knowing the same. */
export interface KeptComparison extends PairedDifference {
  readonly first: string;
  readonly second: string;
  readonly protocol: string;
  readonly track: string;
  readonly clips: number | null;
}

/**
 * Every file of kept predictions in a folder, in the order of protocols, tracks, clips known and recipes.
 *
 * @throws ProsodiaError CHECKPOINT when there are none, or one is broken
 */
export async function readKeptFolder(folder: string): Promise<KeptPredictions[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const files = names.filter((name) => FOLD_PROTOCOLS.some((protocol) => name.includes(`.${protocol}.`)));
  if (files.length === 0)
    throw new ProsodiaError('CHECKPOINT', `Expected kept predictions in ${folder} but there are none`);
  const all = await Promise.all(files.sort().map((name) => readKept(join(folder, name))));
  return all.sort((a, b) => placeOf(a) - placeOf(b) || (a.recipe < b.recipe ? -1 : 1));
}

function placeOf({ protocol, track, clips, permuted }: KeptPredictions): number {
  // As many clips as there are come after any number of them.
  const known = track === 'unlabelled' ? (clips ?? 9_999) : (clips ?? 0);
  const place = (FOLD_PROTOCOLS.indexOf(protocol) * TRACKS.length + TRACKS.indexOf(track)) * 10_000 + known;
  return permuted ? place + 1e6 : place;
}

/** Each pair of learners under the same protocol and track, the better one first. */
export function compareAll(all: readonly KeptPredictions[]): KeptComparison[] {
  const sound = all.filter(({ permuted }) => !permuted);
  return sound.flatMap((one, index) =>
    sound
      .slice(index + 1)
      .filter((other) => conditionOf(other) === conditionOf(one))
      .map((other) => {
        const found = compareKept(one, other);
        const [first, second] = found.difference >= 0 ? [one, other] : [other, one];
        const { difference, low, high, p } = found.difference >= 0 ? found : compareKept(other, one);
        const { protocol, track, clips } = one;
        return {
          ...{ first: first.recipe, second: second.recipe, protocol, track, clips },
          ...{ difference, low, high, p },
        };
      }),
  );
}

/** Learners are compared where this is the same. */
function conditionOf({ protocol, track, clips, rows, seeds, corpus }: KeptPredictions): string {
  return JSON.stringify([protocol, track, clips, rows, seeds, corpus]);
}

/** What was known of the speaker, in words. */
export function trackName({ track, clips }: Pick<ProtocolFigures, 'track' | 'clips'>): string {
  if (track === 'labelled') return `labelled, ${clips ?? 1} of each class`;
  return clips === null ? track : `${track}, ${clips} clips`;
}
