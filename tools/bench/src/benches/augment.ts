import type { AugmentationOptions } from '@prosodia/contracts';
import { augment, extractFeatures, releaseClips } from '@prosodia/features';
import { heldOutNames, Probe, withQuality } from '../augment-quality.js';
import { type ReportedChange, writeReport } from '../augment-report.js';
import { type BenchClips, withClips } from '../clips.js';
import { type Contender, contest, inProcess } from '../contender.js';
import { ownVersion } from '../machine.js';
import { debianPeer, pythonPeer } from '../peer-places.js';
import type { BenchRow } from '../row.js';

const ROUNDS = 5;
const SAMPLE_RATE_HZ = 22_050;
/** A round of ours goes over the clips this often: once would be a millisecond or two. */
const REPEATS = 20;
const SPEECH = ['librosa', 'audiomentations', 'Rubber Band R3', 'Praat', 'signalsmith-stretch', 'SoundTouch'];
/** Our change, its kind and amount as the peers know them, and who can do it. */
const WORKS: readonly [AugmentationOptions, string, number, readonly string[]][] = [
  [{ kind: 'noise', snrDb: 15 }, 'noise', 15, ['numpy', 'audiomentations']],
  [{ kind: 'stretch', rate: 0.8 }, 'stretch', 0.8, SPEECH],
  [{ kind: 'stretch', rate: 1.25 }, 'stretch', 1.25, SPEECH],
  [{ kind: 'pitch', semitones: 2 }, 'pitch', 2, SPEECH],
  [{ kind: 'pitch', semitones: -4 }, 'pitch', -4, SPEECH],
];
const SOUNDTOUCH = ['libsoundtouch1=2.3.2+ds1-1', 'libsoundtouch-dev=2.3.2+ds1-1'];

/**
 * Each change to speech of 22.05 kHz, one thread, with how well it is made; then the paper's fourfold augmentation.
 *
 * @param report  where to write spectrograms of every clip, stretched and shifted
 */
export async function benchAugment(report?: string): Promise<BenchRow[]> {
  const names = await heldOutNames();
  const work = async (bench: BenchClips) => {
    const probe = await Probe.of(bench, SAMPLE_RATE_HZ);
    const rows: BenchRow[] = [];
    const reported: ReportedChange[] = [];
    for (const [change, kind, amount, systems] of WORKS) {
      const { judged, score } = await oneChange({ bench, probe, change, kind, amount, systems });
      rows.push(...judged);
      if (kind !== 'noise') reported.push({ title: `${kind} ${amount}`, change, score });
    }
    rows.push(...(await fourfold(bench)));
    if (report !== undefined) {
      const titles = bench.clips.map((_, i) =>
        bench.source.startsWith('RAVDESS') ? names[i]! : `buzz ${i + 1}`,
      );
      await writeReport(report, bench.clips, titles, reported);
    }
    return rows;
  };
  return withClips(SAMPLE_RATE_HZ, work, names);
}

interface Work {
  readonly bench: BenchClips;
  readonly probe: Probe;
  readonly change: AugmentationOptions;
  readonly kind: string;
  readonly amount: number;
  readonly systems: readonly string[];
}

/** The rows of all systems, and the figures of ours clip by clip. */
async function oneChange({ bench, probe, change, kind, amount, systems }: Work) {
  const { clips, source } = bench;
  const words = `${kind} ${amount}`;
  const folders: string[] = [];
  for (const system of ['prosodia', ...systems]) folders.push(await probe.folderFor(system, words));
  await probe.writeOurs(change, folders[0]!);
  const rows = await contest({
    work: `${words}, a clip of 22.05 kHz (${source})`,
    ours: inProcess({ system: 'prosodia', version: ownVersion(), threads: 1 }, async () => {
      for (let i = 0; i < REPEATS; i++) releaseClips(await augment(clips, change, { threads: 1 }));
      return clips.length * REPEATS;
    }),
    peers: systems.map((system, index) =>
      peer(system, [kind, String(amount)], [bench.folder, probe.folder, folders[index + 1]!]),
    ),
    rounds: ROUNDS,
  });
  const there = rows.map(({ error }) => error === undefined);
  const scores = await probe.scores(
    kind,
    amount,
    folders.filter((_, index) => there[index]),
  );
  const [score] = scores;
  const judged = rows.map((row, index) => withQuality(row, there[index] ? scores.shift() : undefined));
  return { judged, score: score! };
}

function peer(system: string, change: readonly string[], folders: readonly string[]): Contender {
  if (system === 'SoundTouch') {
    const args = [...change, String(SAMPLE_RATE_HZ), ...folders];
    return debianPeer(system, SOUNDTOUCH, 'soundtouch_peer.cc', 'libSoundTouch', args);
  }
  return pythonPeer({ system }, 'augment', 'augment_peer.py', [system, ...change, ...folders]);
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
      for (const change of changes) {
        const changed = await augment(clips, change, call);
        await extractFeatures(changed, {}, call);
        releaseClips(changed);
      }
      return clips.length;
    }),
    peers: [],
    rounds: ROUNDS,
  });
}
