import { expect, it } from '@jest/globals';
import { fitDiscriminant, scatterSums } from '../src/learners/discriminant.js';
import { personDirections } from '../src/learners/person-directions.js';
import { Random } from '../src/random.js';

const SIZE = 12;
const CLASSES = 4;

/** People who show a class each in their own way, but only along the third and the seventh statistic. */
function people(count: number) {
  const random = new Random(3, 'people');
  const speakers: string[] = [];
  const classes: number[] = [];
  const rows: number[] = [];
  for (let person = 0; person < count; person++)
    for (let label = 0; label < CLASSES; label++) {
      const ways = [3 * random.normal(), 2 * random.normal()];
      for (let clip = 0; clip < 6; clip++) {
        speakers.push(`person ${person}`);
        classes.push(label);
        for (let at = 0; at < SIZE; at++)
          rows.push(
            (at === label ? 2 : 0) + (at === 2 ? ways[0]! : at === 6 ? ways[1]! : 0) + 0.5 * random.normal(),
          );
      }
    }
  const row = Float32Array.from(rows);
  const trained = fitDiscriminant(scatterSums(row, SIZE, classes, CLASSES), 0.1);
  return { trained, rows: { rows: row, classes, speakers } };
}

it('finds in what people differ, the most first', () => {
  const { trained, rows } = people(20);
  const { columns, count } = personDirections(trained, rows)!;
  const column = (k: number) => Array.from({ length: SIZE }, (_, at) => Math.abs(columns[at * count + k]!));
  expect(column(0).indexOf(Math.max(...column(0)))).toBe(2);
  expect(column(1).indexOf(Math.max(...column(1)))).toBe(6);
});

it('gives directions that are one deviation within classes long, and not mixed', () => {
  const { trained, rows } = people(14);
  const { columns, count } = personDirections(trained, rows)!;
  const { factor } = trained;
  // Lᵀ d of each direction, for the covariance L Lᵀ.
  const whitened = Array.from({ length: count }, (_, k) =>
    Array.from({ length: SIZE }, (__, i) =>
      Array.from(
        { length: SIZE - i },
        (___, j) => factor[(i + j) * SIZE + i]! * columns[(i + j) * count + k]!,
      ).reduce((sum, value) => sum + value, 0),
    ),
  );
  for (const [a, own] of whitened.entries())
    for (const [b, other] of whitened.entries())
      expect(own.reduce((sum, value, i) => sum + value * other[i]!, 0)).toBeCloseTo(a === b ? 1 : 0, 6);
});

it('says nothing of how people differ where it has heard few', () => {
  const { trained, rows } = people(11);
  expect(personDirections(trained, rows)).toBeUndefined();
});
