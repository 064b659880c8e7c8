import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { relativePaths } from '../src/corpus/index.js';
import { brierScore } from '../src/evaluate/index.js';
import {
  compareKept,
  judgeKept,
  type KeptPredictions,
  NOISE_HEAD,
  noiseRows,
  readKept,
  writeKept,
} from '../src/protocol/index.js';

const labels = ['angry', 'calm', 'neutral'];
const speakers = ['a', 'b', 'c', 'd'];

/** Each speaker says each emotion five times; `right` decides which are recognised, wrong ones are called calm's twin. */
function keptOf(right: (speaker: string, truth: string, take: number) => boolean): KeptPredictions {
  const recordings = speakers.flatMap((speaker, index) =>
    labels.flatMap((truth) =>
      [0, 1, 2, 3, 4].map((take) => ({
        path: `${speaker}/${truth}-${take}.wav`,
        ...{ corpus: 'test', speaker, truth, sex: index % 2 ? ('male' as const) : ('female' as const) },
      })),
    ),
  );
  const other: Record<string, string> = { angry: 'calm', calm: 'neutral', neutral: 'calm' };
  const probabilities = recordings.flatMap(({ speaker, truth, path }) => {
    const said = right(speaker, truth, Number(path.at(-5))) ? truth : other[truth]!;
    return labels.map((label) => (label === said ? 8000 : 1000));
  });
  return {
    ...{
      formatVersion: 1,
      recipe: 'r',
      protocol: 'speaker-loso',
      track: 'nothing',
      clips: null,
      permuted: false,
    },
    ...{ seeds: [0], corpus: 'test', synthetic: false, labels, recordings, probabilities, noisy: {} },
    rows: recordings.map((_, index): [number, number] => [index, 0]),
    timing: { fitSec: 1, predictMsPerClip: 1 },
  };
}

test('every figure is what counting by hand gives', () => {
  const { figures } = judgeKept(keptOf((speaker, truth) => !(speaker === 'a' && truth === 'calm')));
  expect(figures.recalls).toEqual({ angry: 1, calm: 0.75, neutral: 1 });
  expect(figures.uar).toBeCloseTo(2.75 / 3, 10);
  expect(figures.wa).toBeCloseTo(55 / 60, 10);
  expect(figures.women).toBeCloseTo((1 + 0.5 + 1) / 3, 10);
  expect(figures.men).toBe(1);
  expect(figures.worstActor).toEqual({ speaker: 'a', uar: 2 / 3 });
  // Calm taken for neutral is no error where the two are one.
  expect(figures.sevenOption).toBe(1);
  expect(figures.ece).toBeCloseTo(55 / 60 - 0.8, 5);
  // A right answer is 0.2² + 2 · 0.1² away, a wrong one 0.8² + 0.9² + 0.1².
  expect(figures.brier).toBeCloseTo((55 * 0.06 + 5 * 1.46) / 60, 5);
  expect(brierScore(Float32Array.of(0, 1), [0], 2)).toBe(2);
});

test('answers under noise are judged as the clean ones, a row for each kind', () => {
  const clean = keptOf(() => true);
  const wrongOfOne = keptOf((speaker, truth) => !(speaker === 'a' && truth === 'calm')).probabilities;
  const noisy = { 'white-20': clean.probabilities, 'white-0': wrongOfOne, 'babble-0': wrongOfOne };
  const { figures } = judgeKept({ ...clean, noisy });
  expect(figures.noisy['white-0']!.value).toBeCloseTo(2.75 / 3, 10);
  expect(figures.noisy['white-0']!.low).toBeLessThan(2.75 / 3);
  const rows = noiseRows([figures, judgeKept(clean).figures]);
  expect(rows.map((row) => row.slice(0, 4))).toEqual([
    ['r', 'speaker-loso', 'nothing', 'white'],
    ['r', 'speaker-loso', 'nothing', 'babble'],
  ]);
  const at = (name: string) => rows[0]![NOISE_HEAD.indexOf(name)];
  expect(at('Clean')).toBe('100.0 [100.0, 100.0]');
  expect(at('0 dB')).toMatch(/^91\.7 \[/);
  expect(at('10 dB')).toBe('');
});

test('a difference is found where speakers agree on it, and not where one speaker makes it', () => {
  const base = keptOf((_s, _t, take) => take < 3);
  const better = compareKept(
    keptOf((_s, _t, take) => take < 4),
    base,
  );
  expect(better.difference).toBeCloseTo(0.2, 10);
  expect(better.low).toBeGreaterThan(0);
  expect(better.p).toBe(0);
  const lucky = compareKept(
    keptOf((speaker, _t, take) => take < (speaker === 'a' ? 5 : 3)),
    base,
  );
  expect(lucky.low).toBe(0);
  expect(lucky.p).toBeGreaterThan(0.05);
  const fewer = { ...base, rows: base.rows.slice(1), probabilities: base.probabilities.slice(3) };
  expect(() => compareKept(fewer, base)).toThrow(/same clips/);
});

test('kept predictions come back as they were; damaged ones are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-kept-'));
  try {
    const kept = keptOf(() => true);
    const path = await writeKept(folder, kept);
    expect(path).toMatch(/r\.speaker-loso\.nothing\.json\.gz$/);
    expect(await readKept(path)).toEqual(kept);
    const broken = [
      { ...kept, probabilities: kept.probabilities.slice(1) },
      { ...kept, rows: [[999, 0]] },
      {},
    ];
    for (const value of broken) {
      await writeFile(path, gzipSync(JSON.stringify(value)));
      await expect(readKept(path)).rejects.toMatchObject({ code: 'CHECKPOINT' });
    }
    await writeFile(path, 'no gzip');
    await expect(readKept(path)).rejects.toMatchObject({ code: 'CHECKPOINT' });
    await expect(readKept(`${path}.absent`)).rejects.toMatchObject({ code: 'CHECKPOINT' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('paths are told from the folder all recordings share', () => {
  const paths = (...list: string[]) => relativePaths(list.map((path) => ({ path })));
  expect(paths('/data/x/Actor_01/a.wav', '/data/x/Actor_02/b.wav')).toEqual([
    'Actor_01/a.wav',
    'Actor_02/b.wav',
  ]);
  expect(paths('/data/x/a.wav')).toEqual(['a.wav']);
  expect(paths('/data/x/a.wav', '/data/x/y/a.wav')).toEqual(['a.wav', 'y/a.wav']);
});
