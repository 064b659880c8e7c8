import { describe, expect, test } from '@jest/globals';
import { main, median, rowOf } from '../src/index.js';

describe('a bench row', () => {
  test('takes the middle of the rounds', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  test('compares with our median: above 1 the peer is slower', () => {
    const row = rowOf({ system: 'peer', work: 'w', version: '1' }, [10, 30, 20], 2);
    expect(row).toMatchObject({ medianMs: 20, minMs: 10, maxMs: 30, ratio: 10 });
  });

  test('unknown work is wrong usage', async () => {
    expect(await main(['cooking'])).toBe(2);
  });
});
