import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot } from '../dot.js';
import type { Discriminant } from './discriminant.js';
import { solveFactored } from './symmetric-solve.js';

/** Row-major size × count: columns as long as one deviation within classes. */
export interface PersonDirections {
  readonly columns: Float64Array;
  readonly count: number;
}

/** Directions at most: those in which people differ most. */
const MOST = 64;

/** Of fewer people it cannot be learned how people differ. */
const FEWEST_SPEAKERS = 12;

/** Weaker ones, as a share of the strongest, are rounding. */
const WEAKEST = 1e-6;

/** Rows with the class and the person of each. */
export interface RowsOfPeople {
  /** Row-major, `classes.length` × size. */
  readonly rows: Float32Array;
  readonly classes: ArrayLike<number>;
  readonly speakers: readonly string[];
}

/**
 * In what people differ when they show the same emotion: the strongest principal directions of what is between a person's
 * mean of a class and the class's mean, seen by a discriminant's covariance within classes.
 *
 * It is the between-person half of a two-covariance model (Brümmer & de Villiers 2010): what is learned of one person from
 * a few clips is looked for along these directions instead of in every statistic alike.
 *
 * @returns undefined for fewer than twelve people
 */
export function personDirections(
  { size, classes, factor }: Pick<Discriminant, 'size' | 'classes' | 'factor'>,
  people: RowsOfPeople,
): PersonDirections | undefined {
  if (new Set(people.speakers).size < FEWEST_SPEAKERS) return undefined;
  const away = deviations(people, size, classes);
  const seen = away.map((deviation) => solveFactored(factor, size, deviation));
  // The Gram matrix has the deviations' eigenvalues and is smaller than their covariance.
  const gram = new Matrix(away.map((own) => seen.map((other) => dot(own, other))));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  // They come the weakest first.
  const strongest = realEigenvalues.at(-1) ?? 0;
  const kept = realEigenvalues
    .flatMap((value, place) => (value > WEAKEST * strongest ? [place] : []))
    .slice(-MOST);
  if (kept.length === 0) return undefined;
  const count = kept.length;
  const columns = new Float64Array(size * count);
  for (const [column, place] of kept.reverse().entries())
    for (const [index, solved] of seen.entries()) {
      const share = eigenvectorMatrix.get(index, place) / Math.sqrt(realEigenvalues[place]!);
      for (let at = 0; at < size; at++) columns[at * count + column]! += share * solved[at]!;
    }
  return { columns, count };
}

/** Of each person and class there are rows of: the person's mean less the class's. */
function deviations(
  { rows, classes: rowClasses, speakers }: RowsOfPeople,
  size: number,
  classes: number,
): Float64Array[] {
  const ofClass = Array.from({ length: classes }, () => new Mean(size));
  const ofPerson = new Map<string, Mean>();
  for (const [row, speaker] of speakers.entries()) {
    const own = rows.subarray(row * size, (row + 1) * size);
    const name = `${rowClasses[row]!} ${speaker}`;
    const mean = ofPerson.get(name) ?? new Mean(size);
    ofPerson.set(name, mean);
    mean.add(own);
    ofClass[rowClasses[row]!]!.add(own);
  }
  return [...ofPerson].map(([name, mean]) => {
    const all = ofClass[Number.parseInt(name, 10)]!.values();
    return mean.values().map((value, at) => value - all[at]!);
  });
}

class Mean {
  readonly #sum: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
  }

  add(row: Float32Array): void {
    this.#count++;
    for (const [at, value] of row.entries()) this.#sum[at]! += value;
  }

  values(): Float64Array {
    return this.#sum.map((sum) => sum / this.#count);
  }
}
