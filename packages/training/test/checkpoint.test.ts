import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../src/fit/checkpoint-file.js';
import { CheckpointStore } from '../src/fit/checkpoint-store.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-checkpoint-'));
});

afterEach(() => rm(folder, { recursive: true }));

function checkpoint(epoch: number): Checkpoint {
  const scores = { loss: 0.1 + epoch / 3, accuracy: 1 / 7, macroF1: 0.5 };
  return {
    identity: 'this run',
    epoch,
    stopping: { best: 1 / 3, bestEpoch: epoch, waited: 0 },
    history: [{ epoch, train: scores, validation: scores, best: true, seconds: 0.25 }],
    weights: [Float32Array.of(1, 2, Math.PI), Float32Array.of(-0)],
    bestWeights: [Float32Array.of(4, 5, 1e-40), Float32Array.of(epoch)],
    engine: { step: 12, slots: [Float32Array.of(0.1, 0.2)] },
  };
}

const refuse = (message: string) => {
  throw new Error(`unexpected: ${message}`);
};

describe('a checkpoint', () => {
  test('comes back as it was, bit for bit', () => {
    const one = checkpoint(3);
    expect(decodeCheckpoint(encodeCheckpoint(one), 'x')).toEqual(one);
  });

  test('any flipped byte and any cut is CHECKPOINT', () => {
    const bytes = encodeCheckpoint(checkpoint(3));
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x10;
      expect(() => decodeCheckpoint(damaged, 'x')).toThrow(expect.objectContaining({ code: 'CHECKPOINT' }));
      expect(() => decodeCheckpoint(bytes.subarray(0, at), 'x')).toThrow(
        expect.objectContaining({ code: 'CHECKPOINT' }),
      );
    }
  });
});

describe('the store', () => {
  test('keeps two, gives the newest, clears what a killed run left half-written', async () => {
    const store = new CheckpointStore(folder);
    expect(await store.newest('this run', refuse)).toBeUndefined();
    for (const epoch of [1, 2, 3]) await store.save(checkpoint(epoch));
    await writeFile(join(folder, 'epoch-000004.ckpt.77'), 'half');
    expect(await store.newest('this run', refuse)).toEqual(checkpoint(3));
    expect((await readdir(folder)).sort()).toEqual(['epoch-000002.ckpt', 'epoch-000003.ckpt']);
  });

  test('falls back to the older one when the newest is damaged, and says so', async () => {
    const store = new CheckpointStore(folder);
    for (const epoch of [1, 2]) await store.save(checkpoint(epoch));
    await truncate(join(folder, 'epoch-000002.ckpt'), 100);
    const said: string[] = [];
    expect(await store.newest('this run', (message) => said.push(message))).toEqual(checkpoint(1));
    expect(said).toEqual([expect.stringContaining('epoch-000002.ckpt')]);
  });

  test('all damaged, or another run’s: CHECKPOINT', async () => {
    const store = new CheckpointStore(folder);
    await store.save(checkpoint(1));
    await expect(store.newest('another run', refuse)).rejects.toMatchObject({ code: 'CHECKPOINT' });
    const bytes = await readFile(join(folder, 'epoch-000001.ckpt'));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(join(folder, 'epoch-000001.ckpt'), bytes);
    await expect(store.newest('this run', () => {})).rejects.toThrow(/all 1 are damaged/);
  });
});
