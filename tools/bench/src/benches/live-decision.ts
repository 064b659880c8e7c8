import { ProsodiaError } from '@prosodia/contracts';
import { drawDecision } from '../decision/decision-chart.js';
import { type DecisionCurve, decisionCurve } from '../decision/decision-curve.js';
import { readKeptAnswers, writeKeptAnswers } from '../decision/kept-answers.js';
import type { FiguredRows } from '../row.js';

/** Recipes whose answers are kept. */
const RECIPES = ['base', 'paper-final'] as const;

/**
 * How soon the emotion is known: UAR against the speech heard, each clip by a model that has not heard its speaker.
 *
 * The figures are computed from the answers that are kept in the repository. `PROSODIA_DECISION_ANEW` names a recipe
 * whose answers are recorded anew from the corpus in RAVDESS_DIR and kept.
 *
 * @throws ProsodiaError CORPUS when answers are to be recorded without RAVDESS_DIR; CHECKPOINT
 */
export async function benchDecision(): Promise<FiguredRows> {
  const anew = process.env.PROSODIA_DECISION_ANEW;
  if (anew) await recordAnew(anew);
  const curves: DecisionCurve[] = [];
  for (const recipe of RECIPES) curves.push(decisionCurve(await readKeptAnswers(recipe)));
  return { rows: [], figures: { curves }, tables: curves.map(tableOf), svg: drawDecision(curves) };
}

async function recordAnew(recipe: string): Promise<void> {
  const root = process.env.RAVDESS_DIR;
  if (!root) throw new ProsodiaError('CORPUS', 'Set RAVDESS_DIR to the recordings to decide on');
  const { recordAnswers } = await import('../decision/record-answers.js');
  console.error(`kept in ${await writeKeptAnswers(await recordAnswers(recipe, root))}`);
}

function tableOf({ recipe, points, whole }: DecisionCurve): object[] {
  const percent = (share: number) => (100 * share).toFixed(1);
  return [...points, whole].map(({ heardSec, uar, answered }) => ({
    recipe,
    'speech heard': Number.isFinite(heardSec) ? `${heardSec.toFixed(1)} s` : 'all of it',
    'UAR, %': percent(uar.value),
    '95 %': `${percent(uar.low)} – ${percent(uar.high)}`,
    'answered, %': percent(answered),
  }));
}
