import { type Example, HeadAdaptation, JUDGING_TOLERANCE } from './adapt-head.js';
import { type Head, mixtureOf, mixtureOfScores } from './head.js';

/** What labelled clips of a person were worth, each judged by heads that were adapted to the others. */
export interface AdaptationReport {
  /** Labelled clips. */
  readonly clips: number;
  /** Of those, the ones that could be judged: a label's only clip leaves nothing to learn that label from. */
  readonly judged: number;
  /** Of those, right with the trained heads. */
  readonly baseRight: number;
  /** Right with heads adapted to the other clips. */
  readonly adaptedRight: number;
  /** Mean of −log p(label), in nats: trained and adapted. */
  readonly baseLoss: number;
  readonly adaptedLoss: number;
  /** True when the adapted heads answer; false when they did not prove better and the trained ones do. */
  readonly used: boolean;
  /** Why, in words. */
  readonly reason: string;
  readonly milliseconds: number;
}

export interface Adaptation {
  readonly heads: readonly Head[];
  readonly report: AdaptationReport;
}

/** Standard errors of the difference of lost and won clips: one-sided, 1 %. */
const HARM = 2.326;

/** Clips of each judged label from which on it counts how sure the answers are. */
const FEWEST_SURE = 3;

/** More labelled clips than this are judged in this many groups instead of one by one, for speed. */
const MAX_GROUPS = 16;

/**
 * Adapts every head to a person's labelled clips, and judges on clips left out whether that helps.
 *
 * Heads adapted to the other clips know less than those that will answer, above all where a label has few clips. Adapted
 * heads are therefore refused on evidence of harm, not for want of proof: when they lose more clips than they win by
 * more than chance explains (McNemar 1947, one-sided, 1 %), or lose more and are less sure. The latter says nothing
 * of a label's two clips, each judged by heads that know the label half as well. Adapted heads are not used for examples of
 * a single label, from which no difference can be learned.
 *
 * @param temperature  the model's calibration
 */
export function adaptHeads(
  heads: readonly Head[],
  examples: readonly Example[],
  temperature: number,
): Adaptation {
  const begin = performance.now();
  const adaptations = heads.map((head) => new HeadAdaptation(head, examples));
  const solutions = adaptations.map((adaptation) => adaptation.solve());
  const clipsOf = examples.map(({ label }) => examples.filter((other) => other.label === label).length);
  const judgeable = clipsOf.map((clips) => clips > 1);
  const base = judged(
    examples,
    judgeable,
    examples.map(({ embedding }) => mixtureOf(heads, embedding, temperature)),
  );
  const adapted = judged(
    examples,
    judgeable,
    unseen(heads, adaptations, solutions, { examples, temperature }),
  );
  const labels = new Set(examples.map(({ label }) => label)).size;
  const clipsOfLabel = Math.min(...clipsOf.filter((clips) => clips > 1));
  const reason = reasonAgainst({ labels, clipsOfLabel }, base, adapted);
  const used = reason === undefined;
  return {
    heads: used ? adaptations.map((adaptation, h) => adaptation.adapted(solutions[h]!)) : heads,
    report: {
      clips: examples.length,
      judged: base.right.length,
      baseRight: count(base.right),
      adaptedRight: count(adapted.right),
      baseLoss: base.loss,
      adaptedLoss: adapted.loss,
      used,
      reason: reason ?? reasonFor(base, adapted),
      milliseconds: performance.now() - begin,
    },
  };
}

interface Judgement {
  /** Of each clip that could be judged. */
  readonly right: readonly boolean[];
  readonly loss: number;
}

/** @param clipsOfLabel  of the judged label that has the fewest */
function reasonAgainst(
  { labels, clipsOfLabel }: { readonly labels: number; readonly clipsOfLabel: number },
  base: Judgement,
  adapted: Judgement,
): string | undefined {
  if (labels === 0) return 'no labelled clips';
  if (labels === 1) return 'all labelled clips have the same label';
  const lost = base.right.filter((right, i) => right && !adapted.right[i]).length;
  const won = adapted.right.filter((right, i) => right && !base.right[i]).length;
  if (lost - won > HARM * Math.sqrt(lost + won)) return 'clips that were not learned from came out worse';
  if (clipsOfLabel >= FEWEST_SURE && lost > won && adapted.loss > base.loss)
    return 'clips that were not learned from came out worse and less sure';
  return undefined;
}

function reasonFor(base: Judgement, adapted: Judgement): string {
  if (base.right.length === 0) return 'too few clips of each label to judge what they are worth';
  if (count(adapted.right) > count(base.right)) return 'clips that were not learned from came out better';
  return 'clips that were not learned from came out no worse than chance explains';
}

function count(right: readonly boolean[]): number {
  return right.filter(Boolean).length;
}

/** Probabilities of each example by heads adapted without it. */
function unseen(
  heads: readonly Head[],
  adaptations: readonly HeadAdaptation[],
  solutions: readonly Float64Array[],
  { examples, temperature }: { examples: readonly Example[]; temperature: number },
): Float64Array[] {
  const groups = Math.min(MAX_GROUPS, examples.length);
  const answers = new Array<Float64Array>(examples.length);
  for (let group = 0; group < groups; group++) {
    const leftOut = new Set<number>();
    for (let i = group; i < examples.length; i += groups) leftOut.add(i);
    const without = adaptations.map((adaptation, h) =>
      adaptation.solve(leftOut, solutions[h]!, JUDGING_TOLERANCE),
    );
    for (const i of leftOut)
      answers[i] = mixtureOfScores(
        heads,
        adaptations.map((adaptation, h) => adaptation.scoresOf(i, without[h]!)),
        temperature,
      );
  }
  return answers;
}

function judged(
  examples: readonly Example[],
  judgeable: readonly boolean[],
  answers: readonly Float64Array[],
): Judgement {
  const right: boolean[] = [];
  let loss = 0;
  for (const [i, { label }] of examples.entries()) {
    if (!judgeable[i]) continue;
    const answer = answers[i]!;
    right.push(answer.indexOf(Math.max(...answer)) === label);
    loss -= Math.log(Math.max(answer[label]!, 1e-30));
  }
  return { right, loss: right.length > 0 ? loss / right.length : 0 };
}
