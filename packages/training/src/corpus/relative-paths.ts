import { posix, sep } from 'node:path';
import type { Recording } from '@prosodia/contracts';

/** Paths of some recordings below the deepest folder they share, with "/": what may leave the machine they are on. */
export function relativePaths(recordings: readonly Pick<Recording, 'path'>[]): string[] {
  const paths = recordings.map(({ path }) => path.split(sep));
  const [first, ...others] = paths;
  if (!first) return [];
  let shared = first.length - 1;
  for (const path of others) {
    let same = 0;
    while (same < Math.min(shared, path.length - 1) && path[same] === first[same]) same++;
    shared = same;
  }
  return paths.map((path) => path.slice(shared).join(posix.sep));
}
