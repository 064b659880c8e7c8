import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from '../row.js';

const PROGRAM = fileURLToPath(new URL('../linearity-run.js', import.meta.url));
const CLIP_COUNTS = [10, 100, 1_000, 10_000, 100_000];
const DURATIONS_SEC = [1, 10, 60, 600, 3_600];

/** Time and memory against the number of clips and against a clip's length, each in a process of its own. */
export async function benchLinearity(): Promise<BenchRow[]> {
  return [
    ...CLIP_COUNTS.map((clips) =>
      measured(`${clips.toLocaleString('en')} clips of 0.1 s to 13 means`, clips, 0.1),
    ),
    ...DURATIONS_SEC.map((sec) => measured(`one clip of ${sec.toLocaleString('en')} s to MFCC`, 1, sec)),
  ];
}

function measured(work: string, clips: number, durationSec: number): BenchRow {
  const said = execFileSync(process.execPath, [PROGRAM, String(clips), String(durationSec)], {
    encoding: 'utf8',
  });
  const { version, ms, samplesMiB, grownMiB } = JSON.parse(said) as {
    version: string;
    ms: number;
    samplesMiB: number;
    grownMiB: number;
  };
  const perSec = (1_000 * ms) / (clips * durationSec);
  return {
    system: 'prosodia',
    work,
    version,
    threads: 1,
    medianMs: ms,
    accuracy: `${perSec.toFixed(1)} µs per second of audio; ${samplesMiB.toFixed(0)} MiB of samples, peak ${grownMiB.toFixed(0)} MiB above them`,
  };
}
