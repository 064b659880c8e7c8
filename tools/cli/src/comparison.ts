import { join } from 'node:path';
import type { RunResult } from '@prosodia/training';

/** One recipe under one protocol, its seeds together. */
export interface ComparisonRow {
  readonly recipe: string;
  readonly protocol: string;
  readonly caveat: string;
  readonly seeds: readonly number[];
  readonly parameters: number;
  /** Means over the seeds, in [0, 1]. */
  readonly accuracy: number;
  readonly uar: number;
  /** Means of the seeds' 95 % bounds over speakers. */
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
  readonly uarLow: number;
  readonly uarHigh: number;
  readonly macroF1: number;
  /** Accuracy of each seed. */
  readonly accuracies: readonly number[];
  readonly accuracyText: string;
  readonly uarText: string;
}

/** Where the run of one recipe, protocol and seed lies. */
export function runPath(folder: string, recipe: string, protocol: string, seed: number): string {
  return join(folder, recipe, protocol, `seed-${seed}`);
}

/** Joins runs that differ in their seed alone. */
export function comparisonRows(results: readonly RunResult[]): ComparisonRow[] {
  const groups = new Map<string, RunResult[]>();
  for (const result of results) {
    const key = `${result.recipe}\n${result.protocol}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map(rowOf);
}

function rowOf(runs: readonly RunResult[]): ComparisonRow {
  const first = runs[0]!;
  const mean = (pick: (run: RunResult) => number): number =>
    runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
  const accuracy = mean((run) => run.accuracy);
  const uar = mean((run) => run.uar);
  const bounds = {
    accuracyLow: mean((run) => run.judgement.evaluation.accuracy.low),
    accuracyHigh: mean((run) => run.judgement.evaluation.accuracy.high),
    uarLow: mean((run) => run.judgement.evaluation.uar.low),
    uarHigh: mean((run) => run.judgement.evaluation.uar.high),
  };
  return {
    recipe: first.recipe,
    protocol: first.protocol,
    caveat: first.caveat,
    seeds: runs.map((run) => run.seed),
    parameters: first.parameters,
    accuracy,
    uar,
    ...bounds,
    macroF1: mean((run) => run.judgement.evaluation.macroF1),
    accuracies: runs.map((run) => run.accuracy),
    accuracyText: text(accuracy, bounds.accuracyLow, bounds.accuracyHigh),
    uarText: text(uar, bounds.uarLow, bounds.uarHigh),
  };
}

function text(value: number, low: number, high: number): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return `${percent(value)} % [${percent(low)}, ${percent(high)}]`;
}

/** The table for a README. */
export function comparisonMarkdown(rows: readonly ComparisonRow[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.recipe} | ${row.protocol} | ${row.seeds.length} | ${row.accuracyText} | ${row.uarText} | ${row.caveat} |`,
  );
  return [
    '| recipe | protocol | seeds | accuracy | UAR | note |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
