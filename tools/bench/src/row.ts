/** One system at one piece of work, in one run with the others. */
export interface BenchRow {
  readonly system: string;
  readonly work: string;
  readonly version: string;
  /** Threads the system was given. */
  readonly threads?: number;
  /** Median over the rounds, of one item of the work; absent when the system could not be had. */
  readonly medianMs?: number;
  readonly minMs?: number;
  readonly maxMs?: number;
  /** This system's time divided by ours: above 1, we are faster. */
  readonly ratio?: number;
  /** How exact our answer is, e.g. `max |Δ| 2e-4 to librosa in float64`. */
  readonly accuracy?: string;
  /** How well the system does it, figure by figure. */
  readonly quality?: Readonly<Record<string, number>>;
  /** Why the system could not be had. */
  readonly error?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A row of the rounds' times, compared with our own median. */
export function rowOf(
  names: Pick<BenchRow, 'system' | 'work' | 'version' | 'threads' | 'accuracy'>,
  timesMs: readonly number[],
  oursMs: number,
): BenchRow {
  const medianMs = median(timesMs);
  return {
    ...names,
    medianMs,
    minMs: Math.min(...timesMs),
    maxMs: Math.max(...timesMs),
    ratio: medianMs / oursMs,
  };
}

/** Rows, and figures of ours that no peer has. */
export interface FiguredRows {
  readonly rows: BenchRow[];
  readonly figures: object;
  /** What is shown of the figures; all of them unless given. */
  readonly tables?: readonly (readonly object[])[];
  /** A chart of the figures. */
  readonly svg?: string;
}
