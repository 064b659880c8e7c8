import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { EMOTIONS, MARKER_FILE, readMarker, synthesizeCorpus } from '../src/index.js';

let root: string;
let first: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-synthetic-'));
  first = join(root, 'first');
  await synthesizeCorpus({ outDir: first, speakers: 2, seed: 7 });
});

afterAll(async () => {
  jest.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

async function clips(folder: string): Promise<string[]> {
  const actors = (await readdir(folder)).filter((name) => name.startsWith('Actor_')).sort();
  const names = await Promise.all(
    actors.map(async (actor) => (await readdir(join(folder, actor))).map((name) => `${actor}/${name}`)),
  );
  return names.flat().sort();
}

async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of [...(await clips(folder)), MARKER_FILE, 'README.md'])
    hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

describe('synthesizeCorpus', () => {
  test('writes the full design of RAVDESS for each speaker', async () => {
    const names = await clips(first);
    expect(names).toHaveLength(120);
    const parsed = names.map((name) => {
      const match = /^Actor_(\d\d)\/03-01-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)\.wav$/.exec(name);
      expect(match).not.toBeNull();
      expect(match![6]).toBe(match![1]);
      return { actor: match![1], emotion: Number(match![2]), intensity: match![3] };
    });
    for (const [index, emotion] of EMOTIONS.entries()) {
      const mine = parsed.filter((clip) => clip.emotion === index + 1);
      expect(mine).toHaveLength(emotion === 'neutral' ? 8 : 16);
      expect(mine.filter((clip) => clip.intensity === '02')).toHaveLength(emotion === 'neutral' ? 0 : 8);
    }
  });

  test('writes mono 16-bit files that hold a spoken sentence between stretches of quiet', async () => {
    for (const name of await clips(first)) {
      const bytes = await readFile(join(first, name));
      expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
      const data = bytes.indexOf('data') + 8;
      const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + data));
      const seconds = samples.length / 22_050;
      expect(seconds).toBeGreaterThan(1.7);
      expect(seconds).toBeLessThan(5);
      const loudest = (from: number, to: number) => {
        let peak = 0;
        for (const value of samples.subarray(from * 22_050, to * 22_050)) {
          if (value > peak) peak = value;
          else if (-value > peak) peak = -value;
        }
        return peak;
      };
      expect(loudest(0, 0.4)).toBeLessThan(40);
      expect(loudest(0.5, 1.5)).toBeGreaterThan(500);
      expect(loudest(seconds - 0.4, seconds)).toBeLessThan(500);
    }
  });

  test('says that it is synthetic, and by which rules', async () => {
    const marker = await readMarker(first);
    expect(marker).toMatchObject({
      synthetic: true,
      complete: true,
      seed: 7,
      speakers: 2,
      recordings: 120,
      generator: { engine: expect.stringContaining('eSpeak NG') },
    });
    expect(marker!.notice).toMatch(/No person spoke it/);
    expect(await readFile(join(first, 'README.md'), 'utf8')).toMatch(/^# Synthetic speech/);
  });

  test('gives the same bytes at another time, and goes on where it was stopped', async () => {
    // The engine seeds its noise from the clock; none of our voices may depend on it.
    const now = jest.spyOn(Date, 'now').mockReturnValue(1_234_567_000);
    const outDir = join(root, 'second');
    const stop = new AbortController();
    const options = { outDir, speakers: 2, seed: 7 };
    const stopped = synthesizeCorpus({
      ...options,
      signal: stop.signal,
      onProgress: ({ done }) => done === 70 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readMarker(outDir)).toMatchObject({ synthetic: true, complete: false });
    expect((await readdir(outDir)).sort()).toContain('Actor_01');
    expect(await readdir(outDir)).not.toContain('Actor_02');
    const kept = (await stat(join(outDir, 'Actor_01'))).ino;

    expect(await synthesizeCorpus(options)).toMatchObject({ reused: false, recordings: 120 });
    expect((await stat(join(outDir, 'Actor_01'))).ino).toBe(kept);
    now.mockRestore();
    expect(await hashOf(outDir)).toBe(await hashOf(first));
    expect(await synthesizeCorpus(options)).toMatchObject({ reused: true, recordings: 120 });
  });

  test('keeps away from what it did not make', async () => {
    const foreign = await mkdtemp(join(root, 'foreign-'));
    await writeFile(join(foreign, '03-01-01-01-01-01-01.wav'), 'a recording');
    await expect(synthesizeCorpus({ outDir: foreign })).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/^Expected an empty folder .*03-01-01-01-01-01-01\.wav/),
    });
    expect(await readdir(foreign)).toEqual(['03-01-01-01-01-01-01.wav']);
    await expect(synthesizeCorpus({ outDir: first, speakers: 2, seed: 8 })).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/seed 8 .* seed 7/),
    });
    const broken = await mkdtemp(join(root, 'broken-'));
    await writeFile(join(broken, MARKER_FILE), '{');
    await expect(synthesizeCorpus({ outDir: broken })).rejects.toMatchObject({ code: 'CORPUS' });
    await writeFile(join(broken, MARKER_FILE), '{"kind":"something else"}');
    await expect(synthesizeCorpus({ outDir: broken })).rejects.toMatchObject({ code: 'CORPUS' });
  });

  test.each([
    [{ speakers: 1 }, /Expected a whole number from 2 to 24 for speakers but received 1/],
    [{ speakers: 25 }, /speakers but received 25/],
    [{ seed: -1 }, /for seed but received -1/],
    [{ seed: 0.5 }, /for seed but received 0.5/],
  ])('refuses %p', async (options, message) => {
    await expect(synthesizeCorpus({ outDir: join(root, 'never'), ...options })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});
