import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bootstrapOverSpeakers, type JudgedRow } from '../src/evaluate/bootstrap.js';
import { applyTemperature, calibrationError, fitTemperature } from '../src/evaluate/calibration.js';
import { classificationReport } from '../src/evaluate/classification-report.js';
import { argmaxRows, confusionMatrix, crossEntropy, scoresOf } from '../src/evaluate/metrics.js';
import { Random } from '../src/random.js';

interface Figures {
  readonly precision: number;
  readonly recall: number;
  readonly 'f1-score': number;
  readonly support: number;
}

interface Reference {
  readonly cases: {
    readonly labels: string[];
    readonly truth: number[];
    readonly predicted: number[];
    readonly confusion: number[][];
    readonly text: string;
    readonly figures: Record<string, Figures>;
    readonly balancedAccuracy: number;
  }[];
}

const reference = JSON.parse(
  readFileSync(
    new URL('../../../tools/golden/reference/classification-report.json', import.meta.url),
    'utf8',
  ),
) as Reference;

describe('scikit-learn 1.7.2 agrees (tools/golden/classification_report.py)', () => {
  test.each(reference.cases.map((one, index) => [index, one] as const))('case %i', (_, one) => {
    const confusion = confusionMatrix(one.truth, one.predicted, one.labels.length);
    expect([...confusion.counts]).toEqual(one.confusion.flat());
    const scores = scoresOf(confusion);
    expect(scores.uar).toBeCloseTo(one.balancedAccuracy, 12);
    const compare = (mine: (typeof scores)['macro'], theirs: Figures) => {
      expect(mine.precision).toBeCloseTo(theirs.precision, 12);
      expect(mine.recall).toBeCloseTo(theirs.recall, 12);
      expect(mine.f1).toBeCloseTo(theirs['f1-score'], 12);
      expect(mine.support).toBe(theirs.support);
    };
    for (const [index, label] of one.labels.entries()) compare(scores.classes[index]!, one.figures[label]!);
    compare(scores.macro, one.figures['macro avg']!);
    compare(scores.weighted, one.figures['weighted avg']!);
    expect(classificationReport(scores, one.labels)).toBe(one.text);
  });
});

describe('confusion and scores', () => {
  test('perfect predictions score 1, an empty matrix 0, and averages stay in range', () => {
    expect(scoresOf(confusionMatrix([0, 1, 2], [0, 1, 2], 3))).toMatchObject({ accuracy: 1, uar: 1 });
    expect(scoresOf(confusionMatrix([], [], 3))).toMatchObject({ accuracy: 0, uar: 0 });
    const rows = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const truth = pairs.map(([a]) => a);
        const predicted = pairs.map(([, b]) => b);
        const scores = scoresOf(confusionMatrix(truth, predicted, 5));
        expect(scores.accuracy).toBeCloseTo(
          truth.filter((t, i) => t === predicted[i]).length / truth.length,
          12,
        );
        expect(scores.weighted.recall).toBeCloseTo(scores.accuracy, 12);
        for (const value of [scores.uar, scores.macro.f1, scores.weighted.precision])
          expect(value >= 0 && value <= 1).toBe(true);
      }),
    );
  });

  test('wrong lengths and classes are refused', () => {
    expect(() => confusionMatrix([0], [], 2)).toThrow(/as many predictions as rows/);
    expect(() => confusionMatrix([0], [2], 2)).toThrow(/from 0 to 1 for row 0 but received 2/);
  });

  test('argmax takes the first of equals; cross-entropy is the mean of -log p', () => {
    expect([...argmaxRows(Float32Array.of(0.5, 0.5, 0.1, 0.9), 2)]).toEqual([0, 1]);
    expect(crossEntropy(Float32Array.of(0.5, 0.5, 0.25, 0.75), [0, 0], 2)).toBeCloseTo(
      -(Math.log(0.5) + Math.log(0.25)) / 2,
      6,
    );
  });
});

describe('the bootstrap over speakers', () => {
  /** Speaker s is right in a share of the rows that grows with s. */
  function rowsOf(speakers: number, each: number): JudgedRow[] {
    return Array.from({ length: speakers * each }, (_, index) => {
      const speaker = Math.floor(index / each);
      const truth = index % 2;
      const right = (index % each) / each < (speaker + 1) / (speakers + 1);
      return { speaker: `s${speaker}`, truth, predicted: right ? truth : 1 - truth };
    });
  }

  test('is seeded, holds the figure and narrows with more speakers', () => {
    const few = bootstrapOverSpeakers(rowsOf(4, 40), 2, 1);
    const many = bootstrapOverSpeakers(rowsOf(60, 40), 2, 1);
    expect(bootstrapOverSpeakers(rowsOf(4, 40), 2, 1)).toEqual(few);
    for (const { accuracy, uar, note } of [few, many]) {
      expect(note).toBe('');
      for (const { value, low, high } of [accuracy, uar]) expect(low <= value && value <= high).toBe(true);
    }
    expect(many.uar.high - many.uar.low).toBeLessThan((few.uar.high - few.uar.low) / 2);
  });

  test('agrees with the normal interval of a mean of many equal speakers', () => {
    const { accuracy } = bootstrapOverSpeakers(rowsOf(60, 60), 2, 2);
    // Accuracies are spread evenly over (0, 1): deviation 1/sqrt(12), standard error over 60 speakers.
    const half = (1.96 * Math.sqrt(1 / 12)) / Math.sqrt(60);
    expect(Math.abs((accuracy.high - accuracy.low) / 2 - half)).toBeLessThan(0.15 * half);
  });

  test('with one speaker it says that it knows nothing', () => {
    const { uar, note } = bootstrapOverSpeakers(rowsOf(1, 10), 2, 0);
    expect([uar.low, uar.high]).toEqual([0, 1]);
    expect(note).toContain('one speaker');
  });
});

describe('temperature', () => {
  test('finds the temperature that data were drawn with', () => {
    const random = new Random(1);
    const [rows, classes, truthTemperature] = [6_000, 4, 2.5];
    const sharp = new Float32Array(rows * classes);
    const truth = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const logits = Array.from({ length: classes }, () => 3 * random.normal());
      const softmax = (temperature: number) => {
        const powers = logits.map((logit) => Math.exp(logit / temperature));
        const total = powers.reduce((sum, power) => sum + power, 0);
        return powers.map((power) => power / total);
      };
      sharp.set(softmax(1), row * classes);
      let left = random.uniform();
      const drawn = softmax(truthTemperature).findIndex((share) => {
        left -= share;
        return left < 0;
      });
      truth[row] = drawn < 0 ? classes - 1 : drawn;
    }
    const fitted = fitTemperature(sharp, truth, classes, 'validation');
    expect(Math.abs(fitted.temperature - truthTemperature)).toBeLessThan(0.15);
    expect(fitted.crossEntropyAfter).toBeLessThan(fitted.crossEntropyBefore);
    expect(fitted.method).toContain('6000 validation rows');
    const calibrated = applyTemperature(sharp, classes, fitted.temperature);
    expect(calibrationError(calibrated, truth, classes)).toBeLessThan(0.03);
    expect(calibrationError(sharp, truth, classes)).toBeGreaterThan(0.1);
  });

  test('keeps rows summing to one and the likeliest class', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(share, share, share),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        (parts, t) => {
          const total = parts.reduce((sum, part) => sum + part, 1e-6);
          const row = Float32Array.from(parts, (part) => part / total);
          const scaled = applyTemperature(row, 3, t);
          expect(scaled.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          expect(scaled[argmaxRows(row, 3)[0]!]).toBe(Math.max(...scaled));
        },
      ),
    );
  });
});
