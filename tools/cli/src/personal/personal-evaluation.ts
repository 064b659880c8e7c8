import { adaptHeads } from '@prosodia/runtime';
import { type FoldPlan, type FoldProtocol, foldPlans, Random } from '@prosodia/training';
import { answersBy, examplesOf, PersonalBase, type PersonalCorpus } from './personal-base.js';
import { type PersonalTrack, personalTracks } from './tracks.js';

/**
 * Each speaker by a model that has not heard him or her: left out alone, with the others of a sixth, or with all of the
 * second corpus.
 */
export type PersonalProtocol = Extract<FoldProtocol, 'speaker-loso' | 'speaker-6fold' | 'cross-corpus'>;

/** Between corpora: the second's speakers have some thirty clips, and most are to be tested. */
const MOST_UNLABELLED = 10;

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
  /** What is tested: one half of the sentences and then the other, or all that is not known. */
  readonly sides: 'halves' | 'rest';
}

/**
 * Leaves speakers out and enrols each with some clips. Within a corpus: clips of one half of the sentences, tested on the
 * other, then swapped. Between corpora, where speakers say ten sentences a few times: tested on all other clips.
 */
export async function evaluatePersonal(
  world: PersonalCorpus,
  { draws, protocol, onProgress }: PersonalOptions,
): Promise<PersonalCounts['tracks']> {
  const { corpus, learner, labels, seed, signal } = world;
  const between = protocol === 'cross-corpus';
  const tracks = personalTracks(labels.indexOf('neutral'), between ? MOST_UNLABELLED : undefined);
  const found: Record<string, SpeakerCounts[]> = Object.fromEntries(tracks.map(({ name }) => [name, []]));
  const all = foldPlans(corpus, protocol, { copies: learner.copies.length, seed });
  const trained = corpus.recordings[0]!.corpus;
  const plans = between ? all.filter((plan) => !tests(corpus, plan, trained)) : all;
  for (const [done, plan] of plans.entries()) {
    const base = await PersonalBase.fit(world, plan);
    const recordings = plan.test.map(([row]) => corpus.recordings[row!.recording]!);
    const truth = recordings.map(({ emotion }) => labels.indexOf(emotion));
    const texts = recordings.map(({ text }) => text ?? '');
    for (const name of new Set(recordings.map(({ speaker }) => speaker))) {
      const clips = recordings.flatMap(({ speaker }, clip) => (speaker === name ? [clip] : []));
      for (const track of tracks) {
        signal.throwIfAborted();
        const speaker = {
          name,
          clips,
          truth,
          texts,
          base,
          sides: between ? 'rest' : 'halves',
        } as const;
        found[track.name]!.push(judgeSpeaker(speaker, track, { draws, seed, classes: labels.length }));
        // The terminal and Ctrl-C get their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    onProgress({ done: done + 1, total: plans.length });
  }
  return found;
}

/** Whether a fold is tested by a corpus. */
function tests({ recordings }: PersonalCorpus['corpus'], { test }: FoldPlan, name: string): boolean {
  return test.some(([row]) => recordings[row!.recording]!.corpus === name);
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
  // What clips are drawn from: each half of the sentences in turn, or all.
  const pools = speaker.sides === 'halves' ? halves(speaker).reverse() : [speaker.clips];
  const rounds = draws * pools.length;
  let used = 0;
  let milliseconds = 0;
  for (let draw = 0; draw < draws; draw++)
    for (const [half, pool] of pools.entries()) {
      const random = new Random(options.seed, 'personal', name, track.name, draw, half);
      const known = track.draw(pool, (clip) => truth[clip]!, random);
      const apart = new Set(speaker.sides === 'rest' ? known : pool);
      const tested = speaker.clips.filter((clip) => !apart.has(clip));
      const answer = answersOf(speaker, { track, known, tested });
      for (const [index, clip] of tested.entries())
        counts[truth[clip]! * classes + answer.classes[index]!]! += 1;
      used += answer.used ? 1 : 0;
      milliseconds += answer.milliseconds;
    }
  return { speaker: name, counts, used: used / rounds, adaptationMs: milliseconds / rounds };
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
