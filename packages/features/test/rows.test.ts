import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureConfigSchema, type NetworkInput } from '@prosodia/contracts';
import { encodeWav, networkRowsFromFiles } from '../src/index.js';
import { rowPlan } from '../src/row-plan.js';
import { checkPlan, rowOf } from '../src/rows.js';

const features = featureConfigSchema.parse({});
const mean: NetworkInput = { summary: 'mean', features, shape: [13, 1] };
const clip = {
  samples: Float32Array.from({ length: 48_000 }, (_, i) => Math.sin(i ** 1.3)),
  sampleRateHz: 48_000,
};
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-rows-'));
  path = join(folder, 'a.wav');
  await writeFile(path, encodeWav(clip));
});
afterAll(() => rm(folder, { recursive: true }));

const inputs: [string, NetworkInput][] = [
  ['means', mean],
  ['frames cut', { summary: 'frames', features, frames: 20, shape: [20, 13] }],
  ['frames padded', { summary: 'frames', features, frames: 200, shape: [200, 13] }],
  ['a sequence', { summary: 'sequence', features, trimDb: 35, poolFrames: 2, frames: 16, shape: [16, 14] }],
];

it.each(inputs)('makes the rows of networkRowsFromFiles on this thread: %s', async (_, input) => {
  const plan = rowPlan(input, 0.1, 600)!;
  checkPlan(plan);
  const sources = [path, encodeWav(clip), clip];
  const items = await networkRowsFromFiles(sources, input);
  for (const [i, source] of sources.entries()) {
    const item = items[i]!;
    expect(item.ok && item.value).toEqual(rowOf(plan, source));
  }
});

it('makes none of what is no WAV file, is broken, or too short or long', () => {
  const plan = rowPlan(mean, 0.5, 2)!;
  const seconds = (sec: number) => ({ samples: new Float32Array(sec * 1_000), sampleRateHz: 1_000 });
  const nan = { samples: new Float32Array(1_000).fill(Number.NaN), sampleRateHz: 1_000 };
  expect(rowOf(plan, seconds(1))?.durationSec).toBe(1);
  for (const source of ['/no/such.wav', new Uint8Array(99), seconds(0.4), seconds(2.1), nan])
    expect(rowOf(plan, source)).toBeUndefined();
});

it('plans no clip statistics, and nothing that contradicts itself', () => {
  expect(rowPlan({ summary: 'functionals', version: 'functionals-2', shape: [9] }, 0, 1)).toBeUndefined();
  const refusal = (reason: string) =>
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(reason) });
  expect(() => rowPlan({ ...mean, shape: [12, 1] }, 0, 1)).toThrow(refusal('a shape of 13 values'));
  const wide = { ...mean, features: { ...features, fMaxHz: 12_000 } };
  expect(() => rowPlan(wide, 0, 1)).toThrow(refusal('half the sample rate'));
  const plan = rowPlan(mean, 0, 1)!;
  expect(() => checkPlan({ ...plan, config: { ...plan.config, nMels: 0 } })).toThrow('nMels');
});
