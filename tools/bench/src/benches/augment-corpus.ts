import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AugmentationOptions } from '@prosodia/contracts';
import { augment, decodeFile, extractFeatures, releaseClips } from '@prosodia/features';
import { ownVersion } from '../machine.js';
import { type BenchRow, median, rowOf } from '../row.js';

const ROUNDS = 2;
/** Files decoded, changed and forgotten together: memory stays small whatever the corpus. */
const CHUNK = 96;
const CHANGES: readonly AugmentationOptions[] = [
  { kind: 'noise', snrDb: 15 },
  { kind: 'pitch', semitones: 2 },
  { kind: 'stretch', rate: 0.8 },
];

/**
 * All of RAVDESS, each recording and three changed copies of it to MFCC, two threads; the time of all of it, and what is
 * left of it without the decoding of the files.
 */
export async function benchAugmentCorpus(): Promise<BenchRow[]> {
  const corpus = process.env.RAVDESS_DIR;
  if (!corpus) throw new Error('Expected RAVDESS_DIR to name the folder of the recordings');
  const entries = await readdir(corpus, { recursive: true });
  const paths = entries.filter((path) => /\.(wav|flac)$/.test(path)).map((path) => join(corpus, path));
  const whole: number[] = [];
  const decoded: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const decodingMs = await fourfold(paths);
    whole.push(performance.now() - start);
    decoded.push(whole.at(-1)! - decodingMs);
  }
  const work = `${paths.length} recordings of RAVDESS and three changed copies of each to MFCC`;
  const names = { system: 'prosodia', version: ownVersion(), threads: 2 };
  return [
    rowOf({ ...names, work: `${work}, from files` }, whole, median(whole)),
    rowOf({ ...names, work: `${work}, decoded before` }, decoded, median(decoded)),
  ];
}

/** The milliseconds that decoding took of it. */
async function fourfold(paths: readonly string[]): Promise<number> {
  const call = { threads: 2 };
  let decodingMs = 0;
  for (let first = 0; first < paths.length; first += CHUNK) {
    const start = performance.now();
    const clips = await Promise.all(paths.slice(first, first + CHUNK).map((path) => decodeFile(path)));
    decodingMs += performance.now() - start;
    await extractFeatures(clips, {}, call);
    for (const change of CHANGES) {
      const changed = await augment(clips, change, call);
      await extractFeatures(changed, {}, call);
      releaseClips(changed);
    }
    releaseClips(clips);
  }
  return decodingMs;
}
