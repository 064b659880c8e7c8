import type { AugmentationOptions } from '@prosodia/contracts';
import { augment, extractFeatures } from '@prosodia/features';
import { type BenchClips, withClips } from '../clips.js';
import { contest, inProcess } from '../contender.js';
import { ownVersion } from '../machine.js';
import { pythonPeer } from '../peer-places.js';
import type { BenchRow } from '../row.js';

const ROUNDS = 5;
const SAMPLE_RATE_HZ = 22_050;
/** Our change, the word the peers know it by, and who can do it. How well each does it: tools/bench/quality. */
const WORKS: readonly [AugmentationOptions, string, readonly string[]][] = [
  [{ kind: 'noise', snrDb: 15 }, 'noise 15 dB', ['numpy', 'audiomentations']],
  [
    { kind: 'stretch', rate: 0.8 },
    'stretch 0.8',
    ['librosa', 'audiomentations', 'pedalboard', 'parselmouth'],
  ],
  [
    { kind: 'stretch', rate: 1.25 },
    'stretch 1.25',
    ['librosa', 'audiomentations', 'pedalboard', 'parselmouth'],
  ],
  [{ kind: 'pitch', semitones: 2 }, 'pitch 2', ['librosa', 'audiomentations', 'pedalboard', 'parselmouth']],
];

/** Each change to speech of 22.05 kHz, one thread; then the paper's fourfold augmentation with its features. */
export async function benchAugment(): Promise<BenchRow[]> {
  return withClips(SAMPLE_RATE_HZ, async (bench) => {
    const rows: BenchRow[] = [];
    for (const [change, words, systems] of WORKS)
      rows.push(...(await oneChange(bench, change, words, systems)));
    rows.push(...(await fourfold(bench)));
    return rows;
  });
}

function oneChange(
  { clips, folder, source }: BenchClips,
  change: AugmentationOptions,
  words: string,
  systems: readonly string[],
): Promise<BenchRow[]> {
  return contest({
    work: `${words}, a clip of 22.05 kHz (${source})`,
    ours: inProcess({ system: 'prosodia', version: ownVersion(), threads: 1 }, async () => {
      await augment(clips, change, { threads: 1 });
      return clips.length;
    }),
    peers: systems.map((system) =>
      pythonPeer({ system }, 'augment', 'augment_peer.py', [system, ...words.split(' '), folder]),
    ),
    rounds: ROUNDS,
  });
}

function fourfold({ clips, source }: BenchClips): Promise<BenchRow[]> {
  const changes: AugmentationOptions[] = [
    { kind: 'noise', snrDb: 15 },
    { kind: 'pitch', semitones: 2 },
    { kind: 'stretch', rate: 0.8 },
  ];
  return contest({
    work: `a clip and three changed copies to MFCC, two threads (${source})`,
    ours: inProcess({ system: 'prosodia', version: ownVersion(), threads: 2 }, async () => {
      const call = { threads: 2 };
      await extractFeatures(clips, {}, call);
      for (const change of changes) await extractFeatures(await augment(clips, change, call), {}, call);
      return clips.length;
    }),
    peers: [],
    rounds: ROUNDS,
  });
}
