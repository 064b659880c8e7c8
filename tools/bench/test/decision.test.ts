import { describe, expect, test } from '@jest/globals';
import { drawDecision } from '../src/decision/decision-chart.js';
import { decisionCurve } from '../src/decision/decision-curve.js';
import { type KeptAnswers, readKeptAnswers } from '../src/decision/kept-answers.js';

const clip = (speaker: string, truth: string, answers: [number, number][]) => ({
  ...{ path: `${speaker}-${truth}.wav`, speaker, truth, answers },
});

/** Two speakers; "calm" is known at once, "sad" after a second, one clip never. */
const kept: KeptAnswers = {
  ...{ formatVersion: 1, recipe: 'rule', protocol: 'speaker-6fold', corpus: 'none', labels: ['calm', 'sad'] },
  clips: [
    clip('a', 'calm', [[50, 0]]),
    clip('a', 'sad', [
      [50, 0],
      [100, 1],
    ]),
    clip('b', 'calm', [[53, 0]]),
    clip('b', 'sad', []),
  ],
};

describe('time to decision', () => {
  test('the latest answer counts, and a clip without one is wrong', () => {
    const { points, whole } = decisionCurve(kept);
    const at = (sec: number) => points.find(({ heardSec }) => heardSec === sec)!;
    expect(at(0.5)).toMatchObject({ uar: { value: 0.5 }, answered: 0.75 });
    expect(at(1)).toMatchObject({ uar: { value: 0.75 }, answered: 0.75 });
    expect(whole.uar.value).toBe(0.75);
  });

  test('kept answers of base: every clip of 24 speakers, better the more was heard', async () => {
    const answers = await readKeptAnswers('base');
    expect(new Set(answers.clips.map(({ path }) => path)).size).toBe(1_440);
    expect(new Set(answers.clips.map(({ speaker }) => speaker)).size).toBe(24);
    const curve = decisionCurve(answers);
    const { points, whole } = curve;
    const values = points.map(({ uar }) => uar.value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values[0]).toBeGreaterThan(1 / 8);
    expect(drawDecision([curve])).toContain(`at the end: ${(100 * whole.uar.value).toFixed(1)}`);
  });

  test('there are none of an unknown recipe', async () => {
    await expect(readKeptAnswers('cooking')).rejects.toMatchObject({ code: 'CHECKPOINT' });
  });
});
