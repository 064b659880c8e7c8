import { adaptHeads, mixtureOf } from '@prosodia/runtime';
import { Random } from '@prosodia/training';
import { PersonalBase, type PersonalCorpus } from './personal-base.js';
import { type PersonalTrack, personalTracks } from './tracks.js';

/** What was found of one speaker in one track, all draws together. */
export interface SpeakerCounts {
  readonly speaker: string;
  /** classes × classes, true class × answer. */
  readonly counts: number[];
  /** How often the adapted heads answered, of all draws. */
  readonly used: number;
  /** Milliseconds of each adaptation, mean. */
  readonly adaptationMs: number;
}

/** What personalisation was found to be worth; kept in a file, from which every figure follows. */
export interface PersonalCounts {
  readonly recipe: string;
  readonly protocol: string;
  readonly labels: readonly string[];
  readonly draws: number;
  readonly seed: number;
  readonly tracks: Readonly<Record<string, readonly SpeakerCounts[]>>;
}

export interface PersonalOptions {
  readonly labels: readonly string[];
  readonly draws: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { done: number; total: number }) => void;
}

/**
 * Leave one speaker out, enrol him or her with clips of one half of the sentences, test on the other, then swapped.
 */
export async function evaluatePersonal(
  corpus: PersonalCorpus,
  { labels, draws, seed, signal, onProgress }: PersonalOptions,
): Promise<PersonalCounts['tracks']> {
  const tracks = personalTracks(labels.indexOf('neutral'));
  const found: Record<string, SpeakerCounts[]> = Object.fromEntries(tracks.map(({ name }) => [name, []]));
  const speakers = [...new Set(corpus.speakers)].sort();
  for (const [done, speaker] of speakers.entries()) {
    signal.throwIfAborted();
    const clips = corpus.speakers.flatMap((own, clip) => (own === speaker ? [clip] : []));
    const training = corpus.speakers.flatMap((own, clip) => (own === speaker ? [] : [clip]));
    const base = new PersonalBase(corpus, training);
    for (const track of tracks)
      found[track.name]!.push(judgeSpeaker(corpus, base, { speaker, clips, track, draws, seed }));
    onProgress({ done: done + 1, total: speakers.length });
    // The terminal and Ctrl-C get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}

interface SpeakerTask {
  readonly speaker: string;
  readonly clips: readonly number[];
  readonly track: PersonalTrack;
  readonly draws: number;
  readonly seed: number;
}

function judgeSpeaker(corpus: PersonalCorpus, base: PersonalBase, task: SpeakerTask): SpeakerCounts {
  const { classes, truth } = corpus;
  const { speaker, track, seed } = task;
  const counts = new Array<number>(classes * classes).fill(0);
  // Nothing known: nothing is drawn.
  const draws = track.name === 'nothing' ? 1 : task.draws;
  let used = 0;
  let milliseconds = 0;
  for (let draw = 0; draw < draws; draw++)
    for (const [half, tested] of halves(corpus, task.clips).entries()) {
      const own = new Set(tested);
      const pool = task.clips.filter((clip) => !own.has(clip));
      const random = new Random(seed, 'personal', speaker, track.name, draw, half);
      const known = track.draw(pool, (clip) => truth[clip]!, random);
      const answer = answersOf(corpus, base, { track, known, tested });
      for (const [index, clip] of tested.entries())
        counts[truth[clip]! * classes + answer.classes[index]!]! += 1;
      used += answer.used ? 1 : 0;
      milliseconds += answer.milliseconds;
    }
  return { speaker, counts, used: used / (2 * draws), adaptationMs: milliseconds / (2 * draws) };
}

function answersOf(
  corpus: PersonalCorpus,
  base: PersonalBase,
  { track, known, tested }: { track: PersonalTrack; known: readonly number[]; tested: readonly number[] },
): { classes: number[]; used: boolean; milliseconds: number } {
  const heard = track.hearsTested ? [...known, ...tested] : known;
  const trained = [heard.length > 0 ? base.speaker : base.plain];
  const examples = track.labelled
    ? base
        .embeddings(known, heard)
        .map((embedding, index) => ({ embedding, label: corpus.truth[known[index]!]! }))
    : [];
  const { heads, report } = adaptHeads(trained, examples, 1);
  const classes = base.embeddings(tested, heard).map((embedding) => {
    const answer = mixtureOf(heads, embedding, 1);
    return answer.indexOf(Math.max(...answer));
  });
  return { classes, used: report.used, milliseconds: report.milliseconds };
}

/** By sentence: half of the sentences, and the others. */
function halves({ texts }: PersonalCorpus, clips: readonly number[]): [number[], number[]] {
  const said = [...new Set(clips.map((clip) => texts[clip]!))].sort();
  const first = new Set(said.slice(0, Math.ceil(said.length / 2)));
  return [clips.filter((clip) => first.has(texts[clip]!)), clips.filter((clip) => !first.has(texts[clip]!))];
}
