import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeFile, encodeWav } from '@prosodia/features';

const PROGRAM = new URL('../bin/prosodia.mjs', import.meta.url).pathname;
const MODEL = new URL('../../../packages/runtime/test/fixtures/', import.meta.url).pathname;
let folder: string;
let tone: string;

/** Runs the command as a person would and returns what it printed and its exit code. */
function prosodia(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-cli-'));
  tone = join(folder, 'tone.wav');
  const samples = Float32Array.from(
    { length: 22_050 },
    (_, n) => 0.3 * Math.sin((2 * Math.PI * 220 * n) / 22_050),
  );
  await writeFile(tone, encodeWav({ samples, sampleRateHz: 22_050 }, 'pcm16'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('prosodia', () => {
  test('ends quietly when its reader has gone', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'features', tone, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  test.each([
    'corpus',
    'features',
    'augment',
    'train',
    'evaluate',
    'export',
    'recognize',
    'timeline',
    'listen',
    'serve',
    'demo',
    'report',
    'start',
  ])('%s --help shows options and examples and ends with 0', async (command) => {
    const { code, out } = await prosodia(command, '--help');
    expect(code).toBe(0);
    expect(out).toContain('Usage: prosodia');
    if (command !== 'corpus') expect(out).toMatch(/Examples?:/);
  });

  test('wrong usage ends with 2 and says what is allowed', async () => {
    const unknown = await prosodia('recognise');
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('recognize');
    const kind = await prosodia('augment', tone, '--kind', 'echo', '--out', join(folder, 'x.wav'));
    expect(kind.code).toBe(2);
    expect(kind.err).toContain('noise, pink, recording, pitch, stretch');
    const rate = await prosodia('augment', tone, '--kind', 'stretch', '--out', join(folder, 'x.wav'));
    expect(rate.code).toBe(2);
    expect(rate.err).toContain('--rate');
  });

  test('features prints one JSON line per file and goes on after a bad one', async () => {
    const bad = join(folder, 'bad.wav');
    await writeFile(bad, 'no audio at all');
    const { code, out } = await prosodia(
      ...['features', bad, tone, '--preset', 'librosa', '--sample-rate-hz', '22050', '--json'],
    );
    expect(code).toBe(1);
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ path: bad, error: { code: 'DECODE' } });
    expect(second).toMatchObject({ path: tone, sampleRateHz: 22_050, frames: 44, coefficients: 13 });
    expect(second.mean).toHaveLength(13);
    expect(second.data).toHaveLength(44 * 13);
  });

  test('features knows prosody and statistics', async () => {
    const prosody = await prosodia('features', tone, '--kind', 'prosody', '--json');
    expect(JSON.parse(prosody.out)).toMatchObject({ path: tone, frames: 44, sampleRateHz: 22_050 });
    expect(JSON.parse(prosody.out).f0Hz).toHaveLength(44);
    const said = await prosodia('features', tone, '--kind', 'prosody');
    expect(said.out).toContain('median F0');
    const statistics = await prosodia('features', tone, '--kind', 'functionals', '--json');
    const { version, values } = JSON.parse(statistics.out);
    expect(version).toBe('functionals-2');
    expect(values['clip.durationSec']).toBeCloseTo(1.01, 2);
  });

  test('augment writes the same bytes for the same seed and the length the rate asks for', async () => {
    const [a, b, slow] = ['a.wav', 'b.wav', 'slow.wav'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const out of [a, b])
      await prosodia('augment', tone, '--kind', 'noise', '--snr-db', '15', '--seed', '1', '--out', out);
    expect(await readFile(a)).toEqual(await readFile(b));
    await prosodia('augment', tone, '--kind', 'stretch', '--rate', '0.8', '--out', slow);
    const clip = await decodeFile(slow);
    expect(clip.samples).toHaveLength(Math.round(22_050 / 0.8));
  });

  test('recognize answers one line per file; a file that is no model is refused', async () => {
    const { code, err } = await prosodia('recognize', tone, '--model', tone, '--json');
    expect(code).toBe(1);
    expect(err).toContain('[MODEL]');
    const answer = await prosodia(
      'recognize',
      tone,
      join(folder, 'none.wav'),
      '--model',
      `${MODEL}untrained.onnx`,
      '--json',
    );
    expect(answer.code).toBe(1);
    const [first, second] = answer.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first.path).toBe(tone);
    expect(Object.values<number>(first.probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    expect(first.confidence).toBe(first.probabilities[first.label]);
    expect(second.error.code).toBe('DECODE');
  });

  test('recognize has a model of its own', async () => {
    const { code, out } = await prosodia('recognize', tone, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ path: tone, label: expect.any(String) });
  });

  test('corpus info without recordings says what to do', async () => {
    const { code, err } = await prosodia('corpus', 'info', join(folder, 'nowhere'));
    expect(code).toBe(1);
    expect(err).toContain('nowhere');
  });
});
