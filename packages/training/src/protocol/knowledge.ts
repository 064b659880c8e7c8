import { ProsodiaError, type Recording } from '@prosodia/contracts';
import { Random } from '../random.js';
import type { Track } from './learner.js';
import type { Clip } from './side.js';

/** How much is known of a test speaker. */
export interface KnowledgeOptions {
  readonly track: Track;
  /** `unlabelled`: clips known, all of the speaker's unless given. `labelled`: clips known of each class, 1 unless given. */
  readonly clips?: number | undefined;
  readonly seed: number;
}

/** Some clips to be tested with the same knowledge; numbers are places in the fold's test side. */
export interface KnowledgeGroup {
  readonly tested: readonly number[];
  /** Places of the clips that are known; empty for `nothing`. */
  readonly known: readonly number[];
}

/**
 * Divides a fold's test clips by what is known when they are tested.
 *
 * `nothing`: one group. `unlabelled` without a number: each speaker with all of his or her own clips. With a number,
 * and always for `labelled`, nobody is tested with a clip of his own half: a speaker's clips are halved – by
 * sentence where there are several, at random else – and each half is tested by clips drawn from the other.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for a number below 1; CORPUS for a speaker with one clip
 */
export function knowledgeGroups(
  clips: readonly Clip[],
  recordings: readonly Recording[],
  options: KnowledgeOptions,
): KnowledgeGroup[] {
  const { track, clips: count } = options;
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a whole number from 1 for clips but received ${count}`,
    );
  if (track === 'nothing') return [{ tested: clips.map((_, place) => place), known: [] }];
  const recordingOf = (place: number) => recordings[clips[place]![0]!.recording]!;
  const bySpeaker = new Map<string, number[]>();
  for (const place of clips.keys()) {
    const { speaker } = recordingOf(place);
    bySpeaker.set(speaker, [...(bySpeaker.get(speaker) ?? []), place]);
  }
  return [...bySpeaker].flatMap(([speaker, own]) => {
    if (track === 'unlabelled' && count === undefined) return [{ tested: own, known: own }];
    const halves = halve(own, recordingOf, new Random(options.seed, 'halves', speaker));
    return halves.map((tested, index) => {
      const other = halves[1 - index]!;
      const random = new Random(options.seed, 'known', speaker, index);
      return {
        tested,
        known:
          track === 'unlabelled'
            ? draw(other, count!, random)
            : drawPerClass(other, recordingOf, count ?? 1, random),
      };
    });
  });
}

function halve(
  own: readonly number[],
  recordingOf: (place: number) => Recording,
  random: Random,
): [number[], number[]] {
  const texts = [...new Set(own.map((place) => recordingOf(place).text ?? ''))].sort();
  if (own.length < 2)
    throw new ProsodiaError(
      'CORPUS',
      `Expected at least 2 clips of speaker ${recordingOf(own[0]!).speaker} but there is ${own.length}`,
    );
  // Clips of the same words stay together; without two texts the halves are drawn.
  const groups = texts.length > 1 ? random.shuffle(texts) : undefined;
  const half = (groups?.length ?? own.length) / 2;
  const order = groups ? [...own] : random.shuffle([...own]);
  const first = order.filter((place, index) =>
    groups ? groups.indexOf(recordingOf(place).text ?? '') < half : index < half,
  );
  return [first, order.filter((place) => !first.includes(place))];
}

function draw(from: readonly number[], count: number, random: Random): number[] {
  return random.shuffle([...from]).slice(0, count);
}

function drawPerClass(
  from: readonly number[],
  recordingOf: (place: number) => Recording,
  count: number,
  random: Random,
): number[] {
  const emotions = [...new Set(from.map((place) => recordingOf(place).emotion))].sort();
  return emotions.flatMap((emotion) =>
    draw(
      from.filter((place) => recordingOf(place).emotion === emotion),
      count,
      random,
    ),
  );
}
