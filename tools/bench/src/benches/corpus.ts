import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decodeFile, encodeWav, extractFromFiles } from '@prosodia/features';
import { type Contender, contest, inProcess } from '../contender.js';
import { mfccAccuracy, resampledAccuracy } from '../golden.js';
import { ownVersion } from '../machine.js';
import { pythonPeer } from '../peer-places.js';
import type { BenchRow } from '../row.js';

const ROUNDS = 3;

/** Every recording of RAVDESS from its 48 kHz WAV file to 13 means, the files in the system's cache: ms of one file. */
export async function benchCorpus(): Promise<BenchRow[]> {
  const corpus = process.env.RAVDESS_DIR;
  if (!corpus) {
    const work = 'all of RAVDESS, WAV files to 13 means';
    return [{ system: 'prosodia', work, version: ownVersion(), error: 'RAVDESS_DIR is not set' }];
  }
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-corpus-'));
  try {
    const wavs = await writeWavs(corpus, folder);
    return [...(await atRate(wavs, folder, 22_050)), ...(await atRate(wavs, folder, 48_000))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** 16-bit WAV files of every recording: published ones come with 50 kB of other things, or as FLAC. */
async function writeWavs(corpus: string, folder: string): Promise<string[]> {
  const wavs: string[] = [];
  await mkdir(folder, { recursive: true });
  for (const actor of (await readdir(corpus)).filter((name) => name.startsWith('Actor_')).sort()) {
    for (const name of (await readdir(join(corpus, actor))).filter((file) => /\.(wav|flac)$/.test(file))) {
      const wav = join(folder, `${basename(name).replace(/\.\w+$/, '')}.wav`);
      await writeFile(wav, encodeWav(await decodeFile(join(corpus, actor, name))));
      wavs.push(wav);
    }
  }
  return wavs.sort();
}

function atRate(wavs: readonly string[], folder: string, sampleRateHz: number): Promise<BenchRow[]> {
  const accuracy = sampleRateHz === 48_000 ? mfccAccuracy : resampledAccuracy;
  const own = (threads: number, system: string): Contender =>
    inProcess({ system, version: ownVersion(), threads, accuracy }, async () => {
      const items = await extractFromFiles(wavs, { sampleRateHz }, { threads, summary: 'mean' });
      for (const item of items) if (!item.ok) throw new Error(item.error.message);
      return items.length;
    });
  return contest({
    work: `all ${wavs.length.toLocaleString('en')} of RAVDESS, 48 kHz WAV files to 13 means at ${sampleRateHz / 1_000} kHz`,
    ours: own(2, 'prosodia'),
    peers: [
      own(1, 'prosodia, 1 thread'),
      pythonPeer({ system: 'librosa' }, 'librosa', 'mfcc_peer.py', [
        'librosa',
        'files',
        folder,
        String(sampleRateHz),
      ]),
    ],
    rounds: ROUNDS,
  });
}
