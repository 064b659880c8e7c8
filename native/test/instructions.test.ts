import { regressions } from '../scripts/instructions.mjs';

const kept = { 'mfcc, avx2': 500_000, 'pitch, avx2': 1_500_000 };

test('work that needs more than ten percent more instructions than were kept is named', () => {
  expect(regressions({ 'mfcc, avx2': 550_001, 'pitch, avx2': 1_650_001 }, kept)).toEqual([
    'mfcc, avx2',
    'pitch, avx2',
  ]);
  expect(regressions({ 'mfcc, avx2': 550_001, 'pitch, avx2': 1_649_999 }, kept)).toEqual(['mfcc, avx2']);
});

test('work that needs less, or that nothing was kept of, is not', () => {
  expect(regressions({ 'mfcc, avx2': 549_999, 'pitch, avx2': 10, 'mfcc, avx512': 9_999_999 }, kept)).toEqual(
    [],
  );
});
