import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../bin/bench.mjs', import.meta.url));
/** The bench hears an hour unless told otherwise; so does this test where PROSODIA_HOUR is set. */
const MINUTES = process.env.PROSODIA_HOUR ? '60' : '5';

test('minutes of audio with gaps and a clock that drifts: the same segments all along, memory that stays', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', PROGRAM, 'live-hour', '--json'],
    { env: { ...process.env, PROSODIA_MINUTES: MINUTES } },
  );
  const told = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(told).toMatchObject({ minutes: Number(MINUTES), segmentsPerMinute: told.clipsPerMinute });
  expect(told.gaps).toBe(told.gapsMade);
  expect(told.largestErrorOfAStartMs).toBeLessThan(200);
  expect(told.rssAtTheEndMiB).toBeLessThan(told.rssSettledMiB + 60);
}, 1_200_000);
