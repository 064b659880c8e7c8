import { type Example, HeadAdaptation, JUDGING_TOLERANCE } from './adapt-head.js';
import { type Head, mixtureOf, mixtureOfScores } from './head.js';

/** What labelled clips of a person were worth, each judged by heads that were adapted to the others. */
export interface AdaptationReport {
  /** Labelled clips. */
  readonly clips: number;
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

/** More labelled clips than this are judged in this many groups instead of one by one, for speed. */
const MAX_GROUPS = 16;

/**
 * Adapts every head to a person's labelled clips, and judges on clips left out whether that helps.
 *
 * Adapted heads are used only where clips they had not seen came out better: a smaller loss, and no more clips wrong
 * than with the trained heads. They are not used for examples of a single label, from which no difference can be
 * learned.
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
  const base = judged(
    examples,
    examples.map(({ embedding }) => mixtureOf(heads, embedding, temperature)),
  );
  const adapted = judged(examples, unseen(heads, adaptations, solutions, { examples, temperature }));
  const labels = new Set(examples.map(({ label }) => label)).size;
  const reason = reasonAgainst(labels, base, adapted);
  const used = reason === undefined;
  return {
    heads: used ? adaptations.map((adaptation, h) => adaptation.adapted(solutions[h]!)) : heads,
    report: {
      clips: examples.length,
      baseRight: base.right,
      adaptedRight: adapted.right,
      baseLoss: base.loss,
      adaptedLoss: adapted.loss,
      used,
      reason: reason ?? 'clips that were not learned from came out better',
      milliseconds: performance.now() - begin,
    },
  };
}

interface Judgement {
  readonly right: number;
  readonly loss: number;
}

function reasonAgainst(labels: number, base: Judgement, adapted: Judgement): string | undefined {
  if (labels === 0) return 'no labelled clips';
  if (labels === 1) return 'all labelled clips have the same label';
  if (adapted.right < base.right) return 'fewer clips that were not learned from came out right';
  if (adapted.loss >= base.loss) return 'clips that were not learned from came out less sure';
  return undefined;
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

function judged(examples: readonly Example[], answers: readonly Float64Array[]): Judgement {
  let right = 0;
  let loss = 0;
  for (const [i, { label }] of examples.entries()) {
    const answer = answers[i]!;
    if (answer.indexOf(Math.max(...answer)) === label) right++;
    loss -= Math.log(Math.max(answer[label]!, 1e-30)) / examples.length;
  }
  return { right, loss };
}
