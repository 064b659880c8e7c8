import type { Random } from '@prosodia/training';

/** What is known of a person before he or she is tested. */
export interface PersonalTrack {
  readonly name: string;
  /** Whether the labels of the known clips may be used. */
  readonly labelled: boolean;
  /** Whether the tested clips have been heard too, without labels. */
  readonly hearsTested: boolean;
  /** Draws the known clips from those of the other sentence. */
  readonly draw: (pool: readonly number[], classOf: (clip: number) => number, random: Random) => number[];
}

/** Clips known without labels. */
const UNLABELLED = [1, 5, 10, 30] as const;
const LABELLED = [1, 2, 4] as const;

/**
 * The tracks that are judged.
 *
 * @param neutral  class of neutral speech, or -1
 * @param mostUnlabelled  clips known without labels, at most: some must be left to test
 */
export function personalTracks(neutral: number, mostUnlabelled = Number.POSITIVE_INFINITY): PersonalTrack[] {
  const plain = { labelled: false, hearsTested: false };
  const tracks: PersonalTrack[] = [
    { ...plain, name: 'nothing', draw: () => [] },
    ...UNLABELLED.filter((count) => count <= mostUnlabelled).map((count) => ({
      ...plain,
      name: `unlabelled ${count}`,
      draw: (pool: readonly number[], _: unknown, random: Random) =>
        random.shuffle([...pool]).slice(0, count),
    })),
  ];
  if (neutral >= 0)
    for (const count of [1, 2])
      tracks.push({
        ...plain,
        name: `neutral ${count}`,
        draw: (pool, classOf, random) =>
          random.shuffle(pool.filter((clip) => classOf(clip) === neutral)).slice(0, count),
      });
  for (const count of LABELLED) {
    const draw: PersonalTrack['draw'] = (pool, classOf, random) =>
      drawPerClass(pool, classOf, random, () => count);
    tracks.push({ name: `labelled ${count}`, labelled: true, hearsTested: false, draw });
    tracks.push({ name: `labelled ${count} + unlabelled`, labelled: true, hearsTested: true, draw });
  }
  tracks.push({
    name: 'labelled unbalanced',
    labelled: true,
    hearsTested: false,
    // Four of half the classes, one of the others.
    draw: (pool, classOf, random) =>
      drawPerClass(pool, classOf, random, () => (random.below(2) === 0 ? 4 : 1)),
  });
  return tracks;
}

function drawPerClass(
  pool: readonly number[],
  classOf: (clip: number) => number,
  random: Random,
  countOf: () => number,
): number[] {
  const classes = [...new Set(pool.map(classOf))].sort((a, b) => a - b);
  return classes.flatMap((wanted) =>
    random.shuffle(pool.filter((clip) => classOf(clip) === wanted)).slice(0, countOf()),
  );
}
