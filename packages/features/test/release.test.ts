import { augment } from '../src/augment.js';
import { extractFeatures } from '../src/extract.js';
import { releaseClips } from '../src/release.js';
import { resampleClips } from '../src/resample.js';
import { releaseRows } from '../src/rows.js';
import { vowel } from './support/speechlike.js';

const clip = vowel(150, 22050, 1);
const change = { kind: 'noise', snrDb: 10 } as const;

test('memory of results is given back without the garbage collector', async () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 50; round++) {
    const changed = await augment([clip, clip, clip], change);
    releaseClips(changed);
    for (const { samples } of changed) expect(samples.length).toBe(0);
  }
  const kept = process.memoryUsage().arrayBuffers - before;
  expect(kept).toBeLessThan(10 * clip.samples.byteLength); // 150 were made
});

test('what was made of released clips stays, and so do other clips', async () => {
  const [released, kept] = await augment([clip, clip], change);
  const expected = kept!.samples.slice();
  const [features] = await extractFeatures([released!]);
  const data = features!.data.slice();
  const [lower] = await resampleClips([released!], 16_000);
  releaseClips([released!]);
  releaseClips([released!]); // empty by now
  await augment([clip, clip, clip], { ...change, seed: 5 });
  expect(kept!.samples).toEqual(expected);
  expect(features!.data).toEqual(data);
  expect(lower!.samples.length).toBe(16_000);
});

test('part of a larger buffer, and memory that threads share, stay', () => {
  const whole = new Float32Array(100).fill(1);
  const shared = new Float32Array(new SharedArrayBuffer(400)).fill(2);
  const webAssembly = new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer).fill(3);
  const clips = [whole.subarray(10, 20), shared, webAssembly].map((samples) => ({
    samples,
    sampleRateHz: 8000,
  }));
  releaseClips(clips);
  expect(clips.map(({ samples }) => samples[5])).toEqual([1, 2, 3]);
  expect(whole.length).toBe(100);
});

test('rows are given back whole, and left where others may read the rest of their buffer', () => {
  const rows = new Float32Array(100).fill(1);
  releaseRows(rows);
  releaseRows(rows);
  expect(rows.length).toBe(0);
  const whole = new Float32Array(100).fill(2);
  releaseRows(whole.subarray(10, 20));
  expect(whole.every((value) => value === 2) && whole.length).toBe(100);
});

test('clips released while a call works on them do no harm', async () => {
  // More than one slice: the later ones are read after the release.
  const inputs = Array.from({ length: 60 }, () => ({ ...clip, samples: clip.samples.slice() }));
  const running = augment(inputs, { kind: 'pitch', semitones: 2 });
  releaseClips(inputs);
  const lengths = (await running).map(({ samples }) => samples.length);
  expect(lengths[0]).toBe(clip.samples.length); // was copied when the call began
  expect(lengths.at(-1)).toBe(0);
});

test('only clips are taken', () => {
  for (const wrong of [null, {}, [{}], [{ samples: [1], sampleRateHz: 8000 }]]) {
    expect(() => releaseClips(wrong as never)).toThrow(/^Expected an? /);
  }
});
