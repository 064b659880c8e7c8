import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AugmentationOptions } from '@prosodia/contracts';
import { augment } from '@prosodia/features';
import type { BenchClips } from './clips.js';
import { pythonPlace } from './peer-places.js';
import type { BenchRow } from './row.js';

const QUALITY = fileURLToPath(new URL('../quality/', import.meta.url));
const run = promisify(execFile);

/** Figures of one system at one change: over all clips, and clip by clip. */
export interface Score {
  readonly mean: Readonly<Record<string, number>>;
  readonly clips: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One clip of each RAVDESS actor that no number of the algorithms was tuned on. */
export async function heldOutNames(): Promise<string[]> {
  return JSON.parse(await readFile(join(QUALITY, 'held-out.json'), 'utf8')) as string[];
}

/** Clips to change and to judge: the bench's own and the click test. */
export class Probe {
  private constructor(
    readonly folder: string,
    private readonly bench: BenchClips,
    private readonly python: string,
    private readonly rateHz: number,
  ) {}

  static async of(bench: BenchClips, rateHz: number): Promise<Probe> {
    const folder = join(bench.folder, '..', 'probe');
    await mkdir(folder, { recursive: true });
    for (const index of bench.clips.keys()) {
      const file = `${String(index).padStart(3, '0')}.f32`;
      await symlink(join(bench.folder, file), join(folder, file));
    }
    const python = await pythonPlace('augment');
    await run(python, [join(QUALITY, 'score.py'), 'clicks', String(rateHz), join(folder, 'clicks.f32')]);
    return new Probe(folder, bench, python, rateHz);
  }

  /** A folder that a system writes its changed clips to. */
  async folderFor(system: string, work: string): Promise<string> {
    const folder = join(this.folder, '..', `${system} ${work}`.replace(/[^\w.-]+/g, '-'));
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Writes what `augment` makes of every clip. */
  async writeOurs(change: AugmentationOptions, folder: string): Promise<void> {
    const clicks = new Float32Array(new Uint8Array(await readFile(join(this.folder, 'clicks.f32'))).buffer);
    const clips = [...this.bench.clips, { samples: clicks, sampleRateHz: this.rateHz }];
    for (const [index, { samples }] of (await augment(clips, change)).entries()) {
      const name = index < this.bench.clips.length ? String(index).padStart(3, '0') : 'clicks';
      await writeFile(join(folder, `${name}.f32`), new Uint8Array(samples.buffer));
    }
  }

  async scores(kind: string, amount: number, folders: readonly string[]): Promise<Score[]> {
    const args = [kind, String(amount), String(this.rateHz), this.folder, ...folders];
    const { stdout } = await run(this.python, [join(QUALITY, 'score.py'), ...args], { maxBuffer: 1 << 24 });
    return JSON.parse(stdout) as Score[];
  }
}

const WORDS: Readonly<Record<string, (value: number) => string>> = {
  snrErrorDb: (value) => `SNR to ${value.toExponential(0)} dB`,
  kurtosis: (value) => `kurtosis ${value.toFixed(3)}`,
  logMelErrorDb: (value) => `log-mel error ${value.toFixed(2)} dB`,
  clicksKeptPercent: (value) => `clicks kept ${value.toFixed(2)} %`,
  f0ErrorCents: (value) => `f0 error ${value.toFixed(1)} cents`,
  envelopeDb: (value) => `envelope ${value.toFixed(2)} dB`,
};

/** Figures in words. */
export function describeFigures(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, value]) => WORDS[name]?.(value) ?? `${name} ${value}`)
    .join(', ');
}

/** The row with its figures, for machines and in words. */
export function withQuality(row: BenchRow, score: Score | undefined): BenchRow {
  return score === undefined ? row : { ...row, quality: score.mean, accuracy: describeFigures(score.mean) };
}
