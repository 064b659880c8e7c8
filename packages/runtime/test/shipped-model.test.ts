import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Recognizer } from '@prosodia/runtime';
import { voice } from './support.js';

let recognizer: Recognizer;

beforeAll(async () => {
  recognizer = await Recognizer.load('base', { workers: 1 });
});

afterAll(() => recognizer?.close());

it('is found by its name and answers with the mean of its variants', async () => {
  expect(recognizer.card.recipe).toBe('base');
  expect(recognizer.card.variants.length).toBeGreaterThan(1);
  const { label, probabilities } = await recognizer.recognize(voice(1, 1));
  expect(recognizer.labels).toContain(label);
  expect(Object.values(probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
});

it('gives a batch the answers of its clips one by one', async () => {
  const clips = [voice(1, 1), voice(2, 0.8)];
  const batch = await recognizer.recognizeBatch(clips);
  for (const [index, item] of batch.entries()) {
    const alone = await recognizer.recognize(clips[index]!);
    if (!item.ok) throw new Error(item.error.message);
    for (const name of recognizer.labels)
      expect(item.value.probabilities[name]).toBeCloseTo(alone.probabilities[name]!, 6);
  }
});

it('answers fast by the clip alone', async () => {
  const fast = await Recognizer.load('fast', { workers: 1 });
  try {
    expect(fast.card.variants).toEqual([{ augmentations: [], weight: 1 }]);
    expect(fast.card.network.parameters).toBeLessThanOrEqual(200_000);
    const { probabilities } = await fast.recognize(voice(1, 1));
    expect(Object.values(probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  } finally {
    await fast.close();
  }
});

it('names a source that is too short', async () => {
  await expect(recognizer.recognize(voice(1, 0.05))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('in the clip given'),
  });
});

it('knows a person by statistics and by patches, and again from a profile', async () => {
  const known = recognizer.speaker();
  for (const sec of [1, 1.2, 0.9, 1.4]) await known.learn(voice(1, sec), 'calm');
  const profile = known.profile();
  const sizes = profile.statistics.map((variant) => variant.map(({ mean }) => mean.length));
  expect(sizes).toEqual(recognizer.card.variants.map(() => [695, 512]));
  const again = recognizer.speaker(profile);
  const clip = voice(0, 1);
  expect((await again.recognize(clip)).probabilities).toEqual((await known.recognize(clip)).probabilities);
});
