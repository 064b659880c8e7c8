import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioClip } from '@prosodia/contracts';
import { decodeFile, encodeWav, resampleClips } from '@prosodia/features';

/** The same clips in memory and on disk, where peers read them. */
export interface BenchClips {
  readonly clips: readonly AudioClip[];
  /** Raw float32 at the clips' rate, by number. */
  readonly folder: string;
  /** 16-bit WAV files. */
  readonly wavs: readonly string[];
  readonly source: string;
}

/**
 * Clips to work on: one of each RAVDESS actor where RAVDESS_DIR is set, otherwise a buzz of changing pitch in a little
 * noise (the time of an MFCC does not depend on what is heard; augmentation's does).
 *
 * @param names  RAVDESS's names of the clips wanted, one of each actor
 */
export async function withClips<T>(
  sampleRateHz: number,
  work: (clips: BenchClips) => Promise<T>,
  names?: readonly string[],
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'prosodia-bench-'));
  try {
    const found = process.env.RAVDESS_DIR ? await recordings(process.env.RAVDESS_DIR, names) : [];
    const clips = found.length > 0 ? await resampleClips(found, sampleRateHz) : buzzes(sampleRateHz);
    const [folder, wavFolder] = [join(root, 'raw'), join(root, 'wav')];
    await Promise.all([mkdir(folder), mkdir(wavFolder)]);
    const wavs: string[] = [];
    for (const [index, clip] of clips.entries()) {
      const name = String(index).padStart(3, '0');
      const { buffer, byteOffset, byteLength } = clip.samples;
      await writeFile(join(folder, `${name}.f32`), new Uint8Array(buffer, byteOffset, byteLength));
      wavs.push(join(wavFolder, `${name}.wav`));
      await writeFile(wavs[index]!, encodeWav(clip));
    }
    const source = found.length > 0 ? 'RAVDESS, one clip of each actor' : 'synthetic buzzes of 3.7 s';
    return await work({ clips, folder, wavs, source });
  } finally {
    await rm(root, { recursive: true });
  }
}

async function recordings(corpus: string, names?: readonly string[]): Promise<AudioClip[]> {
  const actors = (await readdir(corpus)).filter((name) => name.startsWith('Actor_')).sort();
  return Promise.all(
    actors.map(async (actor, index) => {
      const files = (await readdir(join(corpus, actor))).filter((name) => /\.(wav|flac)$/.test(name)).sort();
      const wanted = names?.find((name) => name.endsWith(actor.slice(-2)));
      const file =
        files.find((name) => wanted && name.startsWith(wanted)) ?? files[(index * 7) % files.length]!;
      return decodeFile(join(corpus, actor, file));
    }),
  );
}

function buzzes(sampleRateHz: number): AudioClip[] {
  return Array.from({ length: 24 }, (_, index) => buzz(index + 1, sampleRateHz, 3.7));
}

/** @param seed  1 and up; decides pitch and noise */
export function buzz(seed: number, sampleRateHz: number, durationSec: number): AudioClip {
  const samples = new Float32Array(Math.round(durationSec * sampleRateHz));
  let state = seed;
  let phase = 0;
  for (let n = 0; n < samples.length; n++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    phase += (120 + 40 * Math.sin(n / 9_000 + seed)) / sampleRateHz;
    samples[n] = 0.2 * (2 * (phase % 1) - 1) + 0.02 * (state / 2 ** 31 - 1);
  }
  return { samples, sampleRateHz };
}
