import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Random } from '../src/random.js';

describe('Random', () => {
  test('the same names give the same stream, other names another', () => {
    const draw = (...names: (string | number)[]) => {
      const random = new Random(7, ...names);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw('shuffle', 1)).toEqual(draw('shuffle', 1));
    expect(draw('shuffle', 1)).not.toEqual(draw('shuffle', 2));
    expect(draw('shuffle', 1)).not.toEqual(draw('rows', 1));
  });

  test('a permutation holds every number once', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(), (count, seed) => {
        const numbers = new Random(seed).permutation(count);
        expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test('uniform and normal have the moments they should', () => {
    const random = new Random(3);
    const count = 40_000;
    let [sum, squares, uniform] = [0, 0, 0];
    for (let draw = 0; draw < count; draw++) {
      const value = random.normal();
      sum += value;
      squares += value * value;
      uniform += random.uniform(2, 4);
    }
    expect(Math.abs(sum / count)).toBeLessThan(0.02);
    expect(squares / count).toBeCloseTo(1, 1);
    expect(uniform / count).toBeCloseTo(3, 1);
  });

  test('below is even over its range', () => {
    const random = new Random(5);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 60_000; draw++) counts[random.below(6)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
