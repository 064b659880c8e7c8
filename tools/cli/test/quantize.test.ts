import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeWav } from '@prosodia/features';
import { Recognizer, readModelFile } from '@prosodia/runtime';
import { spoken } from '../../../packages/runtime/test/spoken.js';

const PROGRAM = new URL('../bin/prosodia.mjs', import.meta.url).pathname;
const MODEL = new URL('../../../packages/runtime/test/fixtures/untrained.onnx', import.meta.url).pathname;
let folder: string;
let manifest: string;

function prosodia(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-quantize-'));
  manifest = join(folder, 'clips.csv');
  const lines = ['path,speaker,emotion'];
  for (let take = 1; take <= 8; take++) {
    await writeFile(join(folder, `${take}.wav`), encodeWav(spoken(take, 80 + 40 * take)));
    lines.push(`${take}.wav,s${take % 4},${take % 2 === 0 ? 'calm' : 'happy'}`);
  }
  await writeFile(manifest, lines.join('\n'));
});

afterAll(() => rm(folder, { recursive: true }));

test('a model is stored in fewer bytes and judged beside itself', async () => {
  const out = join(folder, 'small.onnx');
  const { code, out: said } = await prosodia(
    ...['quantize', MODEL, '--to', 'int8', '--out', out, '--corpus', manifest, '--json'],
  );
  expect(code).toBe(0);
  const found = JSON.parse(said.trim().split('\n').at(-1)!);
  expect(found).toMatchObject({ to: 'int8', refused: false, speakerIndependent: true });
  expect(found.after.bytes).toBe((await stat(out)).size);
  expect(found.after.bytes).toBeLessThan(found.before.bytes);
  expect((await readModelFile(await readFile(out), out)).software.weights).toBe('int8');
  const [before, after] = [await Recognizer.load(MODEL), await Recognizer.load(out)];
  const clip = spoken(3, 200);
  const [p, q] = [(await before.recognize(clip)).probabilities, (await after.recognize(clip)).probabilities];
  for (const label of before.labels) expect(Math.abs(p[label]! - q[label]!)).toBeLessThan(0.03);
  await Promise.all([before.close(), after.close()]);
});

test('without recordings to judge by nothing is written', async () => {
  const out = join(folder, 'none.onnx');
  const { code, err } = await prosodia('quantize', MODEL, '--out', out, '--corpus', join(folder, 'none'));
  expect({ code, err: err.length > 0 }).toEqual({ code: 1, err: true });
  await expect(stat(out)).rejects.toThrow('ENOENT');
});
