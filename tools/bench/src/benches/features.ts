import { fileURLToPath } from 'node:url';
import { extractFeatures, extractFromFiles } from '@prosodia/features';
import { nativeAddon } from '@prosodia/native';
import { startChild } from '../child-peer.js';
import { type BenchClips, withClips } from '../clips.js';
import { type Contender, contest, inProcess } from '../contender.js';
import { mfccAccuracy } from '../golden.js';
import { ownVersion } from '../machine.js';
import { nodePeer, pythonPeer } from '../peer-places.js';
import type { BenchRow } from '../row.js';
import { benchCorpus } from './corpus.js';

const ROUNDS = 5;
/** A round of ours goes over the clips this often: once would be two milliseconds, after a peer's half second. */
const REPEATS = 20;
const PYTHON_PEERS = [
  ['torchaudio', 'torchaudio', 'librosa'],
  ['librosa', 'librosa', 'librosa'],
  ['essentia', 'essentia', 'librosa'],
] as const;
const ISA_CHILD = fileURLToPath(new URL('../isa-child.js', import.meta.url));
/** What our kernels can run on instead, wherever they choose the first. */
const LESSER_ISAS = { avx512: ['avx2', 'baseline'], avx2: ['baseline'], neon: ['baseline'], baseline: [] };
const KALDI = { sampleRateHz: 16_000, nFft: 512, winLength: 400, hopLength: 160, nMels: 40 };

/**
 * MFCC at librosa's defaults and in Kaldi's style, and WAV files to means, one thread and two, on each instruction set;
 * a whole corpus.
 */
export async function benchFeatures(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const sampleRateHz of [22_050, 48_000]) {
    rows.push(...(await withClips(sampleRateHz, (clips) => atRate(sampleRateHz, clips))));
  }
  rows.push(...(await withClips(16_000, kaldi)), ...(await benchCorpus()));
  return rows;
}

async function atRate(sampleRateHz: number, { clips, folder, wavs }: BenchClips): Promise<BenchRow[]> {
  const version = ownVersion();
  const config = { sampleRateHz };
  const rate = String(sampleRateHz);
  const own = (threads: number): Contender =>
    inProcess({ system: 'prosodia', version, threads, accuracy: mfccAccuracy }, async () => {
      for (let i = 0; i < REPEATS; i++) await extractFeatures(clips, config, { threads });
      return REPEATS * clips.length;
    });
  const meyda = nodePeer('Meyda (26 bands)', ['meyda@5.6.3'], 'meyda-peer.mjs', [folder, rate]);
  const fromFiles = inProcess({ system: 'prosodia', version, threads: 1 }, async () => {
    for (let i = 0; i < REPEATS; i++) {
      const items = await extractFromFiles(wavs, config, { threads: 1, summary: 'mean' });
      for (const item of items) if (!item.ok) throw new Error(item.error.message);
    }
    return REPEATS * wavs.length;
  });
  const python = (work: string, where: string) =>
    PYTHON_PEERS.map(([system, needs]) =>
      pythonPeer({ system }, needs, 'mfcc_peer.py', [system, work, where, rate]),
    );
  const khz = sampleRateHz / 1_000;
  return [
    ...(await contest({
      work: `MFCC 13 of a clip in memory, ${khz} kHz`,
      ours: own(1),
      peers: [
        { ...own(2), system: 'prosodia, 2 threads' },
        ...LESSER_ISAS[nativeAddon().isa].map((isa) => onIsa(isa, folder, rate)),
        ...python('memory', folder),
        meyda,
      ],
      rounds: ROUNDS,
    })),
    ...(await contest({
      work: `WAV file to 13 means, ${khz} kHz`,
      ours: fromFiles,
      peers: python('files', wavs[0]!.replace(/\/[^/]*$/, '')),
      rounds: ROUNDS,
    })),
  ];
}

function onIsa(isa: string, folder: string, rate: string): Contender {
  return {
    system: `prosodia, ${isa}`,
    threads: 1,
    start: () =>
      startChild(process.execPath, [ISA_CHILD, folder, rate, String(REPEATS)], 1, { PROSODIA_ISA: isa }),
  };
}

function kaldi({ clips, folder }: BenchClips): Promise<BenchRow[]> {
  const peer = (system: string, needs: string) =>
    pythonPeer({ system }, needs, 'mfcc_peer.py', [system, 'kaldi', folder, '16000']);
  return contest({
    work: 'MFCC 13 in Kaldi’s style (40 bands, 25/10 ms), 16 kHz',
    ours: inProcess({ system: 'prosodia', version: ownVersion(), threads: 1 }, async () => {
      for (let i = 0; i < REPEATS; i++) await extractFeatures(clips, KALDI, { threads: 1 });
      return REPEATS * clips.length;
    }),
    peers: [
      peer('torchaudio', 'torchaudio'),
      peer('librosa', 'librosa'),
      peer('python_speech_features', 'speech'),
      peer('kaldi_native_fbank', 'speech'),
    ],
    rounds: ROUNDS,
  });
}
