import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheLimitBytes, RowCache } from '../src/rows/row-cache.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-cache-'));
});
afterEach(async () => {
  delete process.env.PROSODIA_CACHE_GIB;
  await rm(folder, { recursive: true });
});

const rowsOf = (value: number) => new Float32Array(1000).fill(value);

it('gives back what was kept, counts it and throws it away', async () => {
  const cache = new RowCache(folder);
  expect(await cache.usage()).toEqual({ files: 0, bytes: 0, oldest: null });
  await cache.write(cache.keyOf('a'), rowsOf(1));
  expect(await cache.read(cache.keyOf('a'), 1000)).toEqual(rowsOf(1));
  expect(await cache.read(cache.keyOf('a'), 999)).toBeUndefined();
  expect(await cache.usage()).toMatchObject({ files: 1, bytes: 4032 });
  expect(await cache.clear()).toMatchObject({ files: 1 });
  expect(await cache.read(cache.keyOf('a'), 1000)).toBeUndefined();
});

it('stays below its limit and keeps what was used last', async () => {
  const limit = 10 * 4032;
  const cache = new RowCache(folder, limit);
  const keys = Array.from({ length: 30 }, (_, index) => cache.keyOf(index));
  for (const [index, key] of keys.entries()) {
    await cache.write(key, rowsOf(index));
    // A second between writes, without waiting for it.
    await utimes(join(folder, `${key}.rows`), 1000 + index, 1000 + index);
    await cache.read(keys[0]!, 1000);
    expect((await cache.usage()).bytes).toBeLessThanOrEqual(limit + 2 * 4032);
  }
  expect(await cache.read(keys[0]!, 1000)).toEqual(rowsOf(0));
  expect(await cache.read(keys[29]!, 1000)).toEqual(rowsOf(29));
  expect(await cache.read(keys[1]!, 1000)).toBeUndefined();
});

it('is safe for several who write, read and shrink at once', async () => {
  const caches = Array.from({ length: 4 }, () => new RowCache(folder, 5 * 4032));
  await Promise.all(
    caches.map(async (cache, own) => {
      for (let index = 0; index < 40; index++) {
        const key = cache.keyOf((index + own) % 12);
        await cache.write(key, rowsOf((index + own) % 12));
        const found = await cache.read(key, 1000);
        if (found) expect(found).toEqual(rowsOf((index + own) % 12));
      }
    }),
  );
  expect((await readdir(folder)).every((name) => name.endsWith('.rows'))).toBe(true);
});

it('takes its limit from the environment', () => {
  expect(cacheLimitBytes()).toBe(8 * 2 ** 30);
  process.env.PROSODIA_CACHE_GIB = '0.5';
  expect(cacheLimitBytes()).toBe(2 ** 29);
  process.env.PROSODIA_CACHE_GIB = 'much';
  expect(() => cacheLimitBytes()).toThrow('Expected a number above 0 for PROSODIA_CACHE_GIB');
});
