import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { MinuteReport } from '../src/ways/compare-ways.js';

const PROGRAM = fileURLToPath(new URL('../bin/bench.mjs', import.meta.url));
const run = promisify(execFile);

/** Boundaries within 0.2 s. Actors whisper, and pause within a clip for as long as there is silence between clips. */
const BOUNDARIES: Readonly<Record<string, number>> = { synthetic: 0.95, RAVDESS: 0.85 };

// In a process of its own: in jest's sandbox a minute takes ten times as long to hear.
test('a minute of clips is heard the same in code, on the command line, over the network and on the page', async () => {
  const { stdout } = await run(process.execPath, [PROGRAM, 'live-ways', '--json'], {
    env: { ...process.env, PROSODIA_MINUTES: '1' },
    maxBuffer: 2 ** 26,
  });
  const { minutes } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    minutes: (MinuteReport & { readonly corpus: string })[];
  };
  expect(minutes.map(({ corpus }) => corpus)).toContain('synthetic');
  expect(minutes.some(({ corpus }) => corpus === 'RAVDESS')).toBe(process.env.RAVDESS_DIR !== undefined);
  for (const { corpus, durationSec, ways, segments, boundaries, offlineStretch, offlineClip } of minutes) {
    expect(durationSec).toBeGreaterThan(57);
    expect(ways).toHaveLength(6);
    for (const { way, ...heard } of ways)
      expect([way, heard]).toEqual([
        way,
        { segments: segments.length, same: segments.length, maxDifference: 0 },
      ]);
    expect(offlineStretch).toBeGreaterThanOrEqual(0.95);
    expect(offlineClip).toBeGreaterThanOrEqual(0.9);
    expect(boundaries).toBeGreaterThanOrEqual(BOUNDARIES[corpus]!);
  }
}, 600_000);
