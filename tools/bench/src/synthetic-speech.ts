import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Recording } from '@prosodia/contracts';
import { loadCorpus } from '@prosodia/training';

const SYNTHESIZER = fileURLToPath(new URL('../../synthesizer/bin/synthesize.mjs', import.meta.url));
const run = promisify(execFile);

/** Clips of two synthetic speakers, the same every time; a program of its own makes them. */
export async function withSynthetic<T>(work: (recordings: readonly Recording[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'prosodia-synthetic-'));
  try {
    await run(process.execPath, [SYNTHESIZER, '--out', folder, '--speakers', '2']);
    return await work((await loadCorpus(folder)).recordings);
  } finally {
    await rm(folder, { recursive: true });
  }
}
