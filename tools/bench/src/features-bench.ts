import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioClip } from '@prosodia/contracts';
import { extractFeatures } from '@prosodia/features';
import { PythonPeer } from './python-peer.js';
import { type BenchRow, median, rowOf } from './row.js';

const WORK = 'MFCC 13, 22.05 kHz, 3.7 s clip';
const SAMPLE_RATE_HZ = 22_050;
const CLIPS = 60;
const ROUNDS = 9;

/** MFCC with librosa's defaults, one thread, ours and each peer in turn on the same clips, `ROUNDS` times. */
export async function benchFeatures(): Promise<BenchRow[]> {
  const clips = Array.from({ length: CLIPS }, (_, seed) => speechlike(seed + 1));
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-bench-'));
  let peer: PythonPeer | undefined;
  let missing: string | undefined;
  try {
    for (const [index, clip] of clips.entries())
      await writeFile(
        join(folder, `${String(index).padStart(3, '0')}.f32`),
        new Uint8Array(clip.samples.buffer),
      );
    peer = await PythonPeer.start('features_peer.py', [folder]).catch((error: Error) => {
      missing = error.message;
      return undefined;
    });
    await ours(clips);
    const oursMs: number[] = [];
    const peerMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      oursMs.push(await ours(clips));
      if (peer) peerMs.push(await peer.round());
    }
    const names = { system: 'prosodia', work: WORK, version: ownVersion() };
    return [
      rowOf(names, oursMs, median(oursMs)),
      peer
        ? rowOf({ system: 'librosa', work: WORK, version: peer.version }, peerMs, median(oursMs))
        : { system: 'librosa', work: WORK, version: '', error: missing ?? 'not started' },
    ];
  } finally {
    peer?.stop();
    await rm(folder, { recursive: true });
  }
}

async function ours(clips: readonly AudioClip[]): Promise<number> {
  const start = performance.now();
  await extractFeatures(clips, { sampleRateHz: SAMPLE_RATE_HZ }, { threads: 1 });
  return (performance.now() - start) / clips.length;
}

/** A buzz of changing pitch in a little noise: the time of an MFCC does not depend on what is heard. */
function speechlike(seed: number): AudioClip {
  const samples = new Float32Array(Math.round(3.7 * SAMPLE_RATE_HZ));
  let state = seed;
  let phase = 0;
  for (let n = 0; n < samples.length; n++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    phase += (120 + 40 * Math.sin(n / 9_000 + seed)) / SAMPLE_RATE_HZ;
    samples[n] = 0.2 * (2 * (phase % 1) - 1) + 0.02 * (state / 2 ** 31 - 1);
  }
  return { samples, sampleRateHz: SAMPLE_RATE_HZ };
}

function ownVersion(): string {
  return (createRequire(import.meta.url)('@prosodia/features/package.json') as { version: string }).version;
}
