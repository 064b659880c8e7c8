import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BatchItem } from '@prosodia/contracts';
import { decodeBytes, decodeFile } from '../src/decode.js';
import { extractFeatures, meanOverFrames } from '../src/extract.js';
import { extractFromFiles, type FeatureSource, type SourceFeatures } from '../src/extract-sources.js';
import { networkRows, networkRowsFromFiles } from '../src/network.js';
import { encodeWav } from '../src/wav.js';
import { signalPath } from './reference.js';
import { vowel } from './support/speechlike.js';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);
const folder = mkdtempSync(join(tmpdir(), 'prosodia-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function featuresOf(item: BatchItem<SourceFeatures>): SourceFeatures {
  if (!item.ok) throw new Error(item.error.message);
  return item.value;
}

const files = [
  signalPath('voice48'),
  signalPath('one'),
  signalPath('empty'),
  fixture('stereo.flac'),
  fixture('tone.mp3'),
  fixture('tone.ogg'),
];

describe('the same bytes as decoding first', () => {
  test('for every format, and for two threads', async () => {
    const items = await extractFromFiles(files, { deltas: 1 }, { threads: 2 });
    for (const [index, path] of files.entries()) {
      const clip = await decodeFile(path);
      const [matrix] = await extractFeatures([clip], { deltas: 1 }, { threads: 1 });
      const { matrix: ours, durationSec } = featuresOf(items[index]!);
      expect(ours).toEqual(matrix);
      expect(durationSec).toBe(clip.samples.length / clip.sampleRateHz);
    }
  });

  test('for paths, URLs, bytes and clips in one call', async () => {
    const path = signalPath('voice');
    const bytes = new Uint8Array(readFileSync(path));
    const sources: FeatureSource[] = [path, pathToFileURL(path), bytes, await decodeBytes(bytes)];
    const [first, ...others] = (await extractFromFiles(sources)).map(featuresOf);
    for (const other of others) expect(other).toEqual(first);
  });

  test('when pre-emphasis and frames reach over the pieces a long clip is read in', async () => {
    const clip = vowel(150, 22_050, 9);
    const path = written('long.wav', encodeWav(clip, 'float32'));
    for (const options of [
      { preEmphasis: 0.97 },
      { hopLength: 333 },
      { nFft: 512, hopLength: 700, nMels: 40 },
    ]) {
      const [item] = await extractFromFiles([path], options);
      const [whole] = await extractFeatures([clip], options);
      expect(featuresOf(item!).matrix).toEqual(whole);
      // A frame in the middle depends on nothing far away: cut out there, it is the same.
      const cut = { ...clip, samples: clip.samples.slice(0, 80_000) };
      const [part] = await extractFeatures([cut], { ...options, topDb: null });
      const [all] = await extractFeatures([clip], { ...options, topDb: null });
      const at = Math.floor(70_000 / (options.hopLength ?? 512)) * 13;
      expect(part!.data.slice(at, at + 13)).toEqual(all!.data.slice(at, at + 13));
    }
  });

  test('as one row of means', async () => {
    const matrices = (await extractFromFiles(files, { nMfcc: 20 })).map((item) => featuresOf(item).matrix);
    const means = (await extractFromFiles(files, { nMfcc: 20 }, { summary: 'mean' })).map(featuresOf);
    expect(means.map(({ matrix }) => matrix)).toEqual(
      matrices.map((matrix) => ({ data: meanOverFrames(matrix), frames: 1, coefficients: 20 })),
    );
    const clip = await decodeFile(files[0]!);
    const [mean] = await extractFeatures([clip], { nMfcc: 20 }, { summary: 'mean' });
    expect(mean).toEqual(means[0]!.matrix);
  });

  test('as rows of a network', async () => {
    const clips = await Promise.all(files.map((path) => decodeFile(path)));
    const features = { nMfcc: 13 };
    for (const input of [
      { features, summary: 'mean', shape: [13, 1] },
      { features, summary: 'frames', frames: 20, shape: [20, 13] },
    ]) {
      const rows = await networkRows(clips, input as never);
      const items = await networkRowsFromFiles(files, input as never);
      expect(items.map((item) => item.ok && item.value.row)).toEqual(rows);
    }
  });
});

describe('an error of its own for each source', () => {
  test('and an answer for every other', async () => {
    const nan = vowel(100, 16_000, 0.2);
    nan.samples[1234] = Number.NaN;
    const bad = [
      [join(folder, 'none.wav'), 'DECODE', /none\.wav/],
      [folder, 'DECODE', /prosodia-sources-/],
      [written('text.wav', 'not audio at all'), 'DECODE', /text\.wav.*not WAV, FLAC, MP3 or Ogg/],
      [written('short.wav', readFileSync(signalPath('voice')).subarray(0, 30)), 'DECODE', /short\.wav.*fmt/],
      [written('nan.wav', encodeWav(nan, 'float32')), 'INVALID_ARGUMENT', /nan\.wav: sample 1234 is NaN/],
      [new Uint8Array(3), 'DECODE', /the bytes given/],
      [nan, 'INVALID_ARGUMENT', /the clip given: sample 1234 is NaN/],
    ] as const;
    const good = signalPath('voice');
    const sources = bad.flatMap(([source]) => [good, source]);
    const items = await extractFromFiles(sources, {}, { summary: 'mean' });
    items.forEach((item, i) => {
      const [, code, message] = bad[Math.floor(i / 2)]!;
      const refused = { ok: false, error: { code, message: expect.stringMatching(message) } };
      expect(item).toEqual(i % 2 === 0 ? items[0] : refused);
    });
    expect(items[0]!.ok).toBe(true);
  });

  test('when it is shorter or longer than wanted', async () => {
    const sources = [signalPath('one'), signalPath('voice'), fixture('stereo.flac')];
    const items = await extractFromFiles(sources, {}, { minClipSec: 0.1, maxClipSec: 1 });
    expect(items.map((item) => (item.ok ? 'ok' : item.error.code))).toEqual([
      'INVALID_ARGUMENT',
      'LIMIT',
      'ok',
    ]);
    expect(items[1]).toEqual({
      ok: false,
      error: {
        code: 'LIMIT',
        message: expect.stringMatching(/^Expected at most 1 s .*voice\.wav but received 1\.2/),
      },
    });
  });

  test('but an aborted call has no answers', async () => {
    const signal = AbortSignal.abort();
    await expect(extractFromFiles(files, {}, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('but a source of another type is the caller’s mistake', async () => {
    for (const source of [new URL('https://example.org/a.wav'), 3, null]) {
      await expect(extractFromFiles([source as never])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
