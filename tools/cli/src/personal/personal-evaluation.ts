import { adaptHeads } from '@prosodia/runtime';
import { type FoldProtocol, foldPlans, Random } from '@prosodia/training';
import { answersBy, examplesOf, PersonalBase, type PersonalCorpus } from './personal-base.js';
import { type PersonalTrack, personalTracks } from './tracks.js';

/** Each speaker by a model that has not heard him or her: left out alone, or with the others of a sixth. */
export type PersonalProtocol = Extract<FoldProtocol, 'speaker-loso' | 'speaker-6fold'>;

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
  readonly draws: number;
  /** Who is left out at once. */
  readonly protocol: PersonalProtocol;
  readonly onProgress: (progress: { done: number; total: number }) => void;
}

/** One speaker; clips are places in the test side of the fold. */
interface Speaker {
  readonly name: string;
  readonly clips: readonly number[];
  /** Of every clip of the fold. */
  readonly truth: readonly number[];
  readonly texts: readonly string[];
  readonly base: PersonalBase;
}

/**
 * Leave speakers out, enrol each with clips of one half of the sentences, test on the other, then swapped.
 */
export async function evaluatePersonal(
  world: PersonalCorpus,
  { draws, protocol, onProgress }: PersonalOptions,
): Promise<PersonalCounts['tracks']> {
  const { corpus, learner, labels, seed, signal } = world;
  const tracks = personalTracks(labels.indexOf('neutral'));
  const found: Record<string, SpeakerCounts[]> = Object.fromEntries(tracks.map(({ name }) => [name, []]));
  const plans = foldPlans(corpus, protocol, { copies: learner.copies.length, seed });
  for (const [done, plan] of plans.entries()) {
    const base = await PersonalBase.fit(world, plan);
    const recordings = plan.test.map(([row]) => corpus.recordings[row!.recording]!);
    const truth = recordings.map(({ emotion }) => labels.indexOf(emotion));
    const texts = recordings.map(({ text }) => text ?? '');
    for (const name of new Set(recordings.map(({ speaker }) => speaker))) {
      const clips = recordings.flatMap(({ speaker }, clip) => (speaker === name ? [clip] : []));
      for (const track of tracks) {
        signal.throwIfAborted();
        const speaker = { name, clips, truth, texts, base };
        found[track.name]!.push(judgeSpeaker(speaker, track, { draws, seed, classes: labels.length }));
        // The terminal and Ctrl-C get their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    onProgress({ done: done + 1, total: plans.length });
  }
  return found;
}

function judgeSpeaker(
  speaker: Speaker,
  track: PersonalTrack,
  options: { readonly draws: number; readonly seed: number; readonly classes: number },
): SpeakerCounts {
  const { name, truth } = speaker;
  const { classes } = options;
  const counts = new Array<number>(classes * classes).fill(0);
  // Nothing known: nothing is drawn.
  const draws = track.name === 'nothing' ? 1 : options.draws;
  let used = 0;
  let milliseconds = 0;
  for (let draw = 0; draw < draws; draw++)
    for (const [half, tested] of halves(speaker).entries()) {
      const own = new Set(tested);
      const pool = speaker.clips.filter((clip) => !own.has(clip));
      const random = new Random(options.seed, 'personal', name, track.name, draw, half);
      const known = track.draw(pool, (clip) => truth[clip]!, random);
      const answer = answersOf(speaker, { track, known, tested });
      for (const [index, clip] of tested.entries())
        counts[truth[clip]! * classes + answer.classes[index]!]! += 1;
      used += answer.used ? 1 : 0;
      milliseconds += answer.milliseconds;
    }
  return { speaker: name, counts, used: used / (2 * draws), adaptationMs: milliseconds / (2 * draws) };
}

function answersOf(
  { base, truth }: Speaker,
  { track, known, tested }: { track: PersonalTrack; known: readonly number[]; tested: readonly number[] },
): { classes: number[]; used: boolean; milliseconds: number } {
  const heard = track.hearsTested ? [...known, ...tested] : known;
  const branch = base.branch(heard.length);
  const examples = track.labelled ? examplesOf(branch, known, heard, (clip) => truth[clip]!) : [];
  const { heads, report } = adaptHeads(branch.heads, examples, branch.temperature);
  const classes = answersBy(heads, branch, tested, heard).map((answer) =>
    answer.indexOf(Math.max(...answer)),
  );
  return { classes, used: report.used, milliseconds: report.milliseconds };
}

/** By sentence: half of the sentences, and the others. */
function halves({ texts, clips }: Speaker): [number[], number[]] {
  const said = [...new Set(clips.map((clip) => texts[clip]!))].sort();
  const first = new Set(said.slice(0, Math.ceil(said.length / 2)));
  return [clips.filter((clip) => first.has(texts[clip]!)), clips.filter((clip) => !first.has(texts[clip]!))];
}
