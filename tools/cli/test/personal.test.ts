import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeWav } from '@prosodia/features';
import { readModelFile } from '@prosodia/runtime';
import { PERSONAL_RIDGES, RIDGE } from '@prosodia/training';
import { spoken } from '../../../packages/runtime/test/spoken.js';

const PROGRAM = new URL('../bin/prosodia.mjs', import.meta.url).pathname;
const MODEL = new URL('../../../packages/runtime/test/fixtures/untrained.onnx', import.meta.url).pathname;
let folder: string;
let profile: string;
const clips: string[] = [];

function prosodia(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

interface KeptRow {
  readonly track: string;
  readonly uar: number;
}

const lastLine = (out: string) => JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, unknown>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-personal-'));
  profile = join(folder, 'me.json');
  // Low when calm, high when happy: an untrained network knows nothing of it.
  for (const [label, pitchHz] of [
    ['calm', 90],
    ['happy', 320],
  ] as const)
    for (let take = 1; take <= 3; take++) {
      const path = join(folder, `${label}${take}.wav`);
      await writeFile(path, encodeWav(spoken(take, pitchHz), 'pcm16'));
      clips.push(`${label}=${path}`);
    }
});

afterAll(() => rm(folder, { recursive: true }));

test('a person is learned by one process and heard by another', async () => {
  const learned = await prosodia('personalise', '--profile', profile, '--model', MODEL, ...clips, '--json');
  expect(learned).toMatchObject({ code: 0, err: '' });
  expect(lastLine(learned.out)).toMatchObject({ clips: 6, judged: 6, used: true });
  const path = join(folder, 'later.wav');
  await writeFile(path, encodeWav(spoken(9, 325), 'pcm16'));
  const heard = await prosodia('recognize', path, '--model', MODEL, '--profile', profile, '--json');
  expect(heard.code).toBe(0);
  expect(heard.out).toMatch(/"label":"happy"/);
});

test('what is learned later is added, unless the person is forgotten', async () => {
  const more = await prosodia('personalise', '--profile', profile, '--model', MODEL, clips[0]!, '--json');
  expect(lastLine(more.out)).toMatchObject({ clips: 7 });
  const anew = await prosodia(
    ...['personalise', '--profile', profile, '--model', MODEL, '--forget', clips[0]!, '--json'],
  );
  expect(lastLine(anew.out)).toMatchObject({ clips: 1, used: false });
});

test('a clip without an emotion and a profile that is none are refused', async () => {
  const wrong = await prosodia('personalise', '--profile', profile, '--model', MODEL, 'happy.wav');
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Expected emotion=file') });
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '{"kind": "prosodia voice"}');
  const refused = await prosodia('personalise', '--profile', broken, '--model', MODEL, clips[0]!);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Invalid voice profile') });
  expect(await readFile(broken, 'utf8')).toBe('{"kind": "prosodia voice"}');
});

test('what personalisation is worth follows from the kept counts', async () => {
  const { code, out } = await prosodia(
    ...['evaluate', '--recipe', 'base', '--personalise', '--labelled', '4', '--from-predictions', '--json'],
  );
  expect(code).toBe(0);
  const found = lastLine(out) as Record<'uar' | 'uarLow' | 'uarHigh' | 'harmed', number>;
  expect(found.uarLow).toBeLessThan(found.uar);
  expect(found.uarHigh).toBeGreaterThan(found.uar);
  const nothing = lastLine(
    (
      await prosodia(
        ...['evaluate', '--recipe', 'base', '--personalise', '--labelled', '0', '--from-predictions'],
        '--json',
      )
    ).out,
  );
  expect(found.uar).toBeGreaterThan(Number(nothing.uar) + 0.1);
  // At most one actor of 24.
  expect(found.harmed).toBeLessThanOrEqual(1 / 24);
});

test('so does what it is worth to speakers of another language', async () => {
  const args = ['evaluate', '--recipe', 'base', '--personalise', '--protocol', 'cross-corpus'];
  const { code, out } = await prosodia(...args, '--labelled', '4', '--from-predictions', '--json');
  expect(code).toBe(0);
  const { protocol, rows, harmed } = lastLine(out) as { protocol: string; rows: KeptRow[]; harmed: number };
  expect(protocol).toMatch(/^cross-corpus/);
  const uar = (wanted: string) => rows.find(({ track }) => track === wanted)!.uar;
  expect(uar('labelled 1')).toBeGreaterThan(uar('nothing') + 0.05);
  expect(uar('labelled 4')).toBeGreaterThan(uar('nothing') + 0.25);
  expect(harmed).toBe(0);
});

test.each(['base', 'fast'])('%s is shipped with the strengths that were judged', async (name) => {
  const path = new URL(`../../../packages/models/files/${name}.onnx`, import.meta.url).pathname;
  const card = await readModelFile(await readFile(path), path);
  const { everything, along } = PERSONAL_RIDGES;
  for (const head of card.heads) expect(head.ridge).toBe(RIDGE);
  for (const { ridge, directions } of card.speaker!.heads)
    expect([ridge, directions?.ridge]).toEqual([everything, along]);
});
