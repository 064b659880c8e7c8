import { ProsodiaError } from '@prosodia/contracts';
import { type Example, type Head, mixtureOf } from '@prosodia/runtime';
import {
  type Corpus,
  type FeatureBank,
  FittedLda,
  type FoldPlan,
  type LdaPart,
  type Learner,
  normaliseRows,
  OWN_WEIGHT,
  PERSONAL_RIDGES,
  RIDGE,
  SPEAKER_MIN_CLIPS,
  SPEAKER_TAU,
  shrunkStatistics,
  TestSide,
  type TrainingSide,
  trainingSide,
} from '@prosodia/training';

/** A corpus as personalisation is judged on it. */
export interface PersonalCorpus {
  readonly corpus: Corpus;
  readonly learner: Learner;
  readonly bank: FeatureBank;
  readonly labels: readonly string[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** One of a model's two answers, as its file would hold it, and what it sees of the tested speaker. */
export interface PersonalBranch {
  readonly heads: readonly Head[];
  readonly temperature: number;
  readonly bySpeaker: boolean;
  readonly views: readonly PartView[];
}

interface PartView {
  readonly part: LdaPart;
  /** Raw vectors of the speaker's clips, as they are and changed. */
  readonly copies: readonly Float32Array[];
}

/** What a model that was trained without some speakers has for their clips; clips are places in the plan's test. */
export class PersonalBase {
  private constructor(
    private readonly plain: PersonalBranch,
    private readonly speaker: PersonalBranch,
  ) {}

  static async fit(world: PersonalCorpus, plan: FoldPlan): Promise<PersonalBase> {
    const train = trainingSide(world.corpus, plan, world.bank, world);
    const branch = (track: 'nothing' | 'unlabelled') => fitBranch(world, plan, train, track);
    return new PersonalBase(await branch('nothing'), await branch('unlabelled'));
  }

  /** The answer of a speaker of whom some clips were heard, as the runtime chooses it. */
  branch(heard: number): PersonalBranch {
    return heard >= SPEAKER_MIN_CLIPS ? this.speaker : this.plain;
  }
}

/** The examples that labelled clips make. */
export function examplesOf(
  branch: PersonalBranch,
  clips: readonly number[],
  heard: readonly number[],
  classOf: (clip: number) => number,
): Example[] {
  return embeddingsOf(branch, clips, heard, 0).map((embedding, index) => ({
    embedding,
    label: classOf(clips[index]!),
  }));
}

/** Probabilities of clips, averaged over their changed copies as a model's card says. */
export function answersBy(
  heads: readonly Head[],
  branch: PersonalBranch,
  clips: readonly number[],
  heard: readonly number[],
): Float64Array[] {
  const copies = branch.views[0]!.copies.length;
  const sums = clips.map(() => new Float64Array(heads[0]!.bias.length));
  for (let copy = 0; copy < copies; copy++) {
    const weight = (copy === 0 ? OWN_WEIGHT : 1) / (OWN_WEIGHT + copies - 1);
    for (const [index, embedding] of embeddingsOf(branch, clips, heard, copy).entries()) {
      const answer = mixtureOf(heads, embedding, branch.temperature);
      for (const [c, value] of answer.entries()) sums[index]![c]! += weight * value;
    }
  }
  return sums;
}

async function fitBranch(
  { learner, bank, labels, seed, signal }: PersonalCorpus,
  plan: FoldPlan,
  train: TrainingSide,
  track: 'nothing' | 'unlabelled',
): Promise<PersonalBranch> {
  const fitted = await learner.fit(train, { labels, track, seed, signal });
  if (!(fitted instanceof FittedLda))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a recipe of discriminants for --recipe with --personalise but received "${learner.name}"`,
    );
  const test = new TestSide(bank, plan.test);
  const views: PartView[] = [];
  for (const part of fitted.parts) {
    const copies: Float32Array[] = [];
    for (let copy = 0; copy <= (learner.answerCopies ?? learner.copies.length); copy++)
      copies.push(await part.fitted.vectors(test.rows(part.summary.input, copy)));
    views.push({ part, copies });
  }
  const heads = headsOf(fitted.parts);
  return { heads, temperature: fitted.temperature, bySpeaker: track === 'unlabelled', views };
}

/** Discriminants hold classes × size, heads size × classes. */
function headsOf(parts: readonly LdaPart[]): Head[] {
  let start = 0;
  return parts.map(({ head, share }) => {
    if (!('kernel' in head.trained))
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        'Expected a recipe of class means for --recipe with --personalise but received one that remembers clips',
      );
    const { size, classes, kernel, bias } = head.trained;
    const turned = new Float64Array(size * classes);
    for (let c = 0; c < classes; c++)
      for (let i = 0; i < size; i++) turned[i * classes + c] = kernel[c * size + i]!;
    const at = start;
    start += size;
    return {
      ...{ start: at, size, kernel: turned, bias },
      ...{ temperature: head.temperature, weight: share },
      ridge: head.directions ? PERSONAL_RIDGES.everything : RIDGE,
      directions: head.directions && { ...head.directions, ridge: PERSONAL_RIDGES.along },
    };
  });
}

/** The parts' rows one after the other, normalised by the clips that were heard. */
function embeddingsOf(
  { views, bySpeaker }: PersonalBranch,
  clips: readonly number[],
  heard: readonly number[],
  copy: number,
): Float32Array[] {
  const width = views.reduce((sum, { part }) => sum + part.head.trained.size, 0);
  const rows = clips.map(() => new Float32Array(width));
  let start = 0;
  for (const { part, copies } of views) {
    const { size } = part.head.trained;
    const { population } = part.head;
    const statistics = bySpeaker
      ? shrunkStatistics(gather(copies[copy]!, size, heard), size, population, SPEAKER_TAU)
      : population;
    const own = normaliseRows(gather(copies[copy]!, size, clips), size, statistics);
    for (const [index, row] of rows.entries()) row.set(own.subarray(index * size, (index + 1) * size), start);
    start += size;
  }
  return rows;
}

function gather(rows: Float32Array, size: number, clips: readonly number[]): Float32Array {
  const gathered = new Float32Array(clips.length * size);
  for (const [index, clip] of clips.entries())
    gathered.set(rows.subarray(clip * size, (clip + 1) * size), index * size);
  return gathered;
}
