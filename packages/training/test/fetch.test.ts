import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type FetchProgress, fetchRavdess } from '../src/fetch/index.js';
import { type ArchiveServer, type Behaviour, serveArchive } from './support/archive-server.js';
import { md5, zipOf } from './support/zip.js';

const audio = randomBytes(200_000);
let root: string;
let archive: Buffer;
let server: ArchiveServer | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-fetch-'));
  archive = await zipOf([
    { name: 'Actor_01/03-01-01-01-01-01-01.wav', data: audio },
    { name: 'Actor_02/03-01-08-02-02-02-02.wav', data: randomBytes(1000) },
  ]);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function start(...behaviours: Behaviour[]) {
  server = await serveArchive(archive, behaviours);
  const outDir = join(await mkdtemp(join(root, 'case-')), 'ravdess');
  return { outDir, server, fetch: (more = {}) => fetchRavdess({ outDir, ...optionsFor(server!), ...more }) };
}

function optionsFor({ url }: ArchiveServer) {
  return { archive: { url, bytes: archive.length, md5: md5(archive) }, retryDelayMs: 1 };
}

async function expectCorpus(outDir: string): Promise<void> {
  expect((await readdir(outDir)).sort()).toEqual(['Actor_01', 'Actor_02', 'SOURCE.json']);
  expect((await readFile(join(outDir, 'Actor_01/03-01-01-01-01-01-01.wav'))).equals(audio)).toBe(true);
  expect(await readdir(join(outDir, '..'))).toEqual(['ravdess']);
}

describe('fetchRavdess', () => {
  test('downloads, checks and unpacks, and says where the corpus is from', async () => {
    const { outDir, fetch } = await start({ kind: 'serve' });
    const seen: FetchProgress[] = [];
    const result = await fetch({ onProgress: (progress: FetchProgress) => seen.push(progress) });
    expect(result).toEqual({ outDir, recordings: 2, licence: 'CC BY-NC-SA 4.0', reused: false });
    await expectCorpus(outDir);
    expect(JSON.parse(await readFile(join(outDir, 'SOURCE.json'), 'utf8'))).toMatchObject({
      md5: md5(archive),
      licence: 'CC BY-NC-SA 4.0',
      citation: expect.stringContaining('Livingstone'),
    });
    expect(seen.filter(({ phase }) => phase === 'download').at(-1)).toEqual({
      phase: 'download',
      done: archive.length,
      total: archive.length,
    });
    expect(seen.at(-1)).toEqual({ phase: 'unpack', done: 2, total: 2 });
  });

  test('leaves a corpus that is already there alone', async () => {
    const { fetch, server } = await start({ kind: 'serve' });
    await fetch();
    expect(await fetch()).toMatchObject({ reused: true, recordings: 2 });
    expect(server.ranges).toHaveLength(1);
  });

  test('goes on where a broken connection left it', async () => {
    const { outDir, fetch, server } = await start({ kind: 'break', after: 50_000 }, { kind: 'serve' });
    await fetch();
    await expectCorpus(outDir);
    expect(server.ranges[0]).toBe('');
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('starts over with a server that does not know ranges', async () => {
    const { outDir, fetch, server } = await start({ kind: 'break', after: 50_000 }, { kind: 'ignore-range' });
    await fetch();
    await expectCorpus(outDir);
    expect(server.ranges).toHaveLength(2);
  });

  test('tries again when nothing arrives for long, and when the server is busy', async () => {
    const { outDir, fetch, server } = await start(
      { kind: 'status', status: 503 },
      { kind: 'stall', after: 1000 },
      { kind: 'serve' },
    );
    await fetch({ stallMs: 300 });
    await expectCorpus(outDir);
    expect(server.ranges).toEqual(['', '', 'bytes=1000-']);
  });

  test('gives up after so many failures in a row, keeps what came and goes on in a later call', async () => {
    const { outDir, fetch, server } = await start(
      { kind: 'break', after: 60_000 },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 502 },
      { kind: 'serve' },
    );
    await expect(fetch({ attempts: 3 })).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/gave up after 3 failures in a row: the server answered 502/),
    });
    await expect(readdir(outDir)).rejects.toMatchObject({ code: 'ENOENT' });
    await fetch();
    await expectCorpus(outDir);
    expect(server.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('says at once that there is no such file', async () => {
    const { fetch, server } = await start({ kind: 'status', status: 404 });
    await expect(fetch()).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/the server answered 404 Not Found/),
    });
    expect(server.ranges).toHaveLength(1);
  });

  test('refuses and removes what has another checksum', async () => {
    const { outDir, fetch, server } = await start({ kind: 'serve' });
    const wrong = { url: server.url, bytes: archive.length, md5: '0'.repeat(32) };
    await expect(fetch({ archive: wrong })).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/^Expected MD5 0{32}/),
    });
    expect(await readdir(join(outDir, '..'))).toEqual([]);
  });

  test('downloads anew when an earlier beginning turns out wrong, also one that is too long', async () => {
    for (const left of [randomBytes(70_000), randomBytes(archive.length), randomBytes(archive.length + 5)]) {
      const { outDir, fetch, server } = await start({ kind: 'serve' });
      await writeFile(`${outDir}.zip.part`, left);
      await fetch();
      await expectCorpus(outDir);
      expect(server.ranges.at(-1)).toBe('');
      await server.close();
    }
  });

  test('uses an archive that an earlier call had downloaded whole', async () => {
    const { outDir, fetch, server } = await start({ kind: 'status', status: 404 });
    await writeFile(`${outDir}.zip`, archive);
    await fetch();
    await expectCorpus(outDir);
    expect(server.ranges).toHaveLength(0);
  });

  test('refuses more bytes than the archive has', async () => {
    const { fetch, server } = await start({ kind: 'serve' });
    const small = { url: server.url, bytes: 1000, md5: md5(archive) };
    await expect(fetch({ archive: small })).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/^Expected 1000 bytes .* but more came/),
    });
  });

  test('stops when told to, before and during the download', async () => {
    const { outDir, fetch } = await start({ kind: 'stall', after: 1000 });
    await expect(fetch({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    const stop = new AbortController();
    const stopped = fetch({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(readdir(outDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('refuses a folder with something else in it, a bad address and an archive without recordings', async () => {
    const { outDir, fetch, server } = await start({ kind: 'serve' });
    await expect(fetch({ url: 'file:///etc/passwd' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await mkdir(outDir);
    await writeFile(join(outDir, 'thesis.txt'), '');
    await expect(fetch()).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/holds thesis\.txt/),
    });
    expect(server.ranges).toHaveLength(0);

    archive = await zipOf([{ name: 'readme.txt', data: Buffer.from('hello') }]);
    const other = await start({ kind: 'serve' });
    await expect(other.fetch()).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/^Expected recordings named as RAVDESS names them .* readme\.txt/),
    });
    await server.close();
  });
});
