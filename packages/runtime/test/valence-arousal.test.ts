import { valenceArousal } from '@prosodia/runtime';

const only = (label: string) => valenceArousal({ probabilities: { [label]: 1 } })!;

it('places emotions in the quadrants of the circle', () => {
  expect(only('happy').valence).toBeGreaterThan(0.9);
  expect(only('angry').arousal).toBeGreaterThan(0.9);
  expect(only('angry').valence).toBeLessThan(0);
  expect(only('sad').valence).toBeLessThan(0);
  expect(only('sad').arousal).toBeLessThan(0);
  expect(only('calm').valence).toBeGreaterThan(0);
  expect(only('calm').arousal).toBeLessThan(0);
  expect(only('neutral')).toEqual({ valence: 0, arousal: 0 });
});

it('weighs by probability, within the circle', () => {
  const { valence, arousal } = valenceArousal({ probabilities: { happy: 0.5, neutral: 0.5 } })!;
  expect(valence).toBeCloseTo(only('happy').valence / 2, 12);
  expect(arousal).toBeCloseTo(only('happy').arousal / 2, 12);
});

it('has nothing to say of labels without a place', () => {
  expect(valenceArousal({ probabilities: { happy: 0.5, toString: 0.5 } })).toBeNull();
});
