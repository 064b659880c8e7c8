import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unpackZip } from '../src/fetch/index.js';
import { lyingAboutChecksum, lyingAboutSize, patched, zipOf } from './support/zip.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prosodia-unpack-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function unpack(archive: Buffer, options = {}) {
  const work = await mkdtemp(join(root, 'case-'));
  await writeFile(join(work, 'a.zip'), archive);
  const folder = await mkdtemp(join(work, 'out-'));
  return { work, folder, files: await unpackZip(join(work, 'a.zip'), folder, options) };
}

const data = Buffer.from('some bytes that compress, compress, compress, compress');

describe('unpackZip', () => {
  test('writes files and folders as they are', async () => {
    const { folder, files } = await unpack(
      await zipOf([
        { name: 'a/b/c.wav', data },
        { name: 'd.txt', data: Buffer.alloc(0) },
      ]),
    );
    expect(files).toEqual(['a/b/c.wav', 'd.txt']);
    expect((await readFile(join(folder, 'a/b/c.wav'))).equals(data)).toBe(true);
    expect(await readFile(join(folder, 'd.txt'), 'utf8')).toBe('');
  });

  test.each([
    ['out of the folder', '../../evil.wav'],
    ['out of the folder by a detour', 'a/../../evil.w'],
    ['to an absolute place', '/tmp/evil1.wav'],
    ['by a backslash', '..\\..\\evil.wav'],
    ['to a drive', 'C:/tmp/evil.wa'],
    ['through an empty segment', 'aa//tmp/evil.w'],
    ['through a control character', 'aa\u0007tmp/evil.w'],
  ])('refuses a name that leads %s', async (_, name) => {
    const before = await readdir(root);
    const plain = 'x'.repeat(name.length);
    const archive = patched(await zipOf([{ name: plain, data }]), plain, name);
    await expect(unpack(archive)).rejects.toMatchObject({ code: 'CORPUS' });
    const work = (await readdir(root)).filter((entry) => !before.includes(entry));
    const [out] = (await readdir(join(root, work[0]!))).filter((entry) => entry.startsWith('out-'));
    expect(await readdir(join(root, work[0]!, out!))).toEqual([]);
    expect((await readdir(join(root, work[0]!))).sort()).toEqual(['a.zip', out]);
  });

  test('refuses symbolic links and devices', async () => {
    for (const mode of [0o120777, 0o020666]) {
      const archive = await zipOf([{ name: 'link.wav', data: Buffer.from('/etc/passwd'), mode }]);
      await expect(unpack(archive)).rejects.toMatchObject({
        code: 'CORPUS',
        message: expect.stringMatching(/"link\.wav" is a link or a special file/),
      });
    }
  });

  test('refuses a name that comes twice', async () => {
    const archive = patched(
      await zipOf([
        { name: 'a.wav', data },
        { name: 'b.wav', data },
      ]),
      'b.wav',
      'a.wav',
    );
    await expect(unpack(archive)).rejects.toMatchObject({
      code: 'CORPUS',
      message: expect.stringMatching(/EEXIST/),
    });
  });

  test('does not believe sizes and checksums', async () => {
    const honest = await zipOf([{ name: 'a.wav', data: Buffer.alloc(100_000) }]);
    for (const archive of [
      lyingAboutSize(honest, 10),
      lyingAboutSize(honest, 200_000),
      lyingAboutChecksum(honest),
    ])
      await expect(unpack(archive)).rejects.toMatchObject({ code: 'CORPUS' });
  });

  test('keeps to its limits', async () => {
    const archive = await zipOf([
      { name: 'a.wav', data: Buffer.alloc(60_000) },
      { name: 'b.wav', data: Buffer.alloc(60_000) },
    ]);
    const generous = { entries: 2, bytesPerFile: 60_000, totalBytes: 120_000 };
    expect((await unpack(archive, { limits: generous })).files).toHaveLength(2);
    for (const tight of [{ entries: 1 }, { bytesPerFile: 59_999 }, { totalBytes: 119_999 }])
      await expect(unpack(archive, { limits: { ...generous, ...tight } })).rejects.toMatchObject({
        code: 'LIMIT',
        message: expect.stringMatching(/^Expected at most /),
      });
  });

  test('says what is wrong with something that is no archive', async () => {
    const honest = await zipOf([{ name: 'a.wav', data }]);
    for (const archive of [Buffer.alloc(0), Buffer.from('<html>'), honest.subarray(0, honest.length - 30)])
      await expect(unpack(archive)).rejects.toMatchObject({
        code: 'CORPUS',
        message: expect.stringMatching(/^Expected a sound ZIP archive in /),
      });
  });

  test('stops when told to', async () => {
    const archive = await zipOf([{ name: 'a.wav', data }]);
    await expect(unpack(archive, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
