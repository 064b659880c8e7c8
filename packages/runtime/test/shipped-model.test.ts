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

it('answers quickly by the clip alone, and provisionally while somebody speaks', async () => {
  const clip = voice(1, 1);
  let rows: readonly Float32Array[] = [];
  await recognizer.recognizeBy((given) => {
    rows = given;
    return recognizer.infer(given);
  }, clip);
  const own = recognizer.card.variants.findIndex(({ augmentations }) => augmentations.length === 0);
  const [expected] = await recognizer.infer([rows[own]!]);
  const whole = await recognizer.recognize(clip);
  const quick = await recognizer.recognize(clip, { quick: true });
  for (const [index, name] of recognizer.labels.entries())
    expect(quick.probabilities[name]).toBeCloseTo(expected![index]!, 6);
  expect(quick.probabilities).not.toEqual(whole.probabilities);
  const { sampleRateHz } = clip;
  const stream = recognizer.stream({ sampleRateHz, vad: false, hopSec: 1, windowSec: 2, smoothing: 0 });
  const seen = new Set<string>();
  for await (const event of stream.from([clip.samples])) {
    if (event.type !== 'provisional' && event.type !== 'segment') continue;
    const samples = clip.samples.slice(0, Math.round(event.endSec * sampleRateHz));
    const isQuick = event.type === 'provisional';
    const alone = await recognizer.recognize({ samples, sampleRateHz }, { quick: isQuick });
    expect(event.probabilities).toEqual(alone.probabilities);
    seen.add(event.type);
  }
  expect([...seen]).toEqual(['provisional', 'segment']);
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
