import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeWav } from '@prosodia/features';
import { Recognizer, readProfile } from '@prosodia/runtime';
import { spoken } from '../../../packages/runtime/test/spoken.js';
import { toRttm, toSrt } from '../src/timeline/formats.js';
import { readWav } from '../src/timeline/wav-stream.js';

const PROGRAM = new URL('../bin/prosodia.mjs', import.meta.url).pathname;
const MODEL = new URL('../../../packages/runtime/test/fixtures/untrained.onnx', import.meta.url).pathname;
const RATE_HZ = 16_000;
let folder: string;
let recording: string;

function prosodia(input: Uint8Array | undefined, ...args: string[]) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

/** Harmonics of a gliding pitch with syllables: near enough to speech for the detector. */
function vowels(durationSec: number): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: durationSec * RATE_HZ }, (_, i) => {
    const t = i / RATE_HZ;
    phase += (2 * Math.PI * (130 + 40 * Math.sin(3 * t))) / RATE_HZ;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * t)) ** 0.5;
    let value = 0;
    for (let harmonic = 1; harmonic <= 25; harmonic++) {
      const hz = harmonic * 130;
      const formants = Math.exp(-(((hz - 700) / 200) ** 2)) + 0.6 * Math.exp(-(((hz - 1_200) / 250) ** 2));
      value += (formants + 0.05 / harmonic) * Math.sin(harmonic * phase);
    }
    return 0.12 * syllable * value;
  });
}

const timeline = {
  durationSec: 70,
  segments: [
    {
      startSec: 0.5,
      endSec: 59.9996,
      label: 'calm',
      confidence: 0.5,
      probabilities: { calm: 0.5, sad: 0.5 },
    },
    {
      startSec: 61,
      endSec: 62.25,
      label: 'sad',
      confidence: 0.987,
      probabilities: { calm: 0.013, sad: 0.987 },
    },
  ],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prosodia-timeline-'));
  recording = join(folder, 'a recording.wav');
  const samples = new Float32Array(5 * RATE_HZ);
  samples.set(vowels(2), RATE_HZ);
  await writeFile(recording, encodeWav({ samples, sampleRateHz: RATE_HZ }));
});
afterAll(() => rm(folder, { recursive: true }));

test('subtitles and RTTM have the times their formats want', () => {
  expect(toSrt(timeline)).toBe(
    '1\n00:00:00,500 --> 00:01:00,000\ncalm (50 %)\n\n2\n00:01:01,000 --> 00:01:02,250\nsad (99 %)\n',
  );
  expect(toRttm(timeline, 'a call')).toBe(
    'SPEAKER a_call 1 0.500 59.500 <NA> <NA> calm 0.5000 <NA>\n' +
      'SPEAKER a_call 1 61.000 1.250 <NA> <NA> sad 0.9870 <NA>\n',
  );
});

describe('readWav', () => {
  const clip = { samples: Float32Array.of(0, 0.5, -0.25, 0.125), sampleRateHz: 8_000 };
  async function samplesOf(bytes: Uint8Array, size: number) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const found: unknown[] = [];
    async function* flow() {
      yield* parts;
    }
    for await (const chunk of readWav(flow()))
      found.push(...('samples' in chunk && 'sampleRateHz' in chunk ? Array.from(chunk.samples) : [chunk]));
    return found;
  }

  test.each(['pcm16', 'float32'] as const)('reads %s in pieces of any size', async (format) => {
    for (const size of [1, 7, 1_000])
      expect(await samplesOf(encodeWav(clip, format), size)).toEqual([0, 0.5, -0.25, 0.125]);
  });

  test('refuses other encodings, and passes bytes without a header on', async () => {
    const bytes = encodeWav(clip, 'pcm16');
    bytes[34] = 24;
    await expect(samplesOf(bytes, 10)).rejects.toMatchObject({ code: 'DECODE' });
    expect(await samplesOf(Uint8Array.of(1, 2, 3, 4), 9)).toHaveLength(1);
  });
});

describe('prosodia timeline and listen', () => {
  test('agree on the segments, through a file and through standard input', async () => {
    const out = join(folder, 'out.json');
    const made = await prosodia(undefined, 'timeline', recording, '--model', MODEL, '--out', out);
    expect(made).toMatchObject({ code: 0 });
    const written = JSON.parse(await readFile(out, 'utf8'));
    expect(Object.keys(written)).toEqual(['durationSec', 'segments']);
    expect(written.durationSec).toBe(5);
    expect(written.segments).toHaveLength(1);
    const [segment] = written.segments;
    expect(Object.keys(segment)).toEqual(['startSec', 'endSec', 'label', 'confidence', 'probabilities']);
    expect(Math.abs(segment.startSec - 1)).toBeLessThan(0.2);
    expect(Math.abs(segment.endSec - 3)).toBeLessThan(0.2);
    const heard = await prosodia(await readFile(recording), 'listen', '--model', MODEL, '--json');
    const events = heard.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['speechEnd', 'segment']);
    expect(events.at(-1)).toMatchObject({ type: 'segment', ...segment });
  });

  test('a page names the recording and lists its segments; other endings are refused', async () => {
    const out = join(folder, 'out.html');
    expect(await prosodia(undefined, 'timeline', recording, '--model', MODEL, '--out', out)).toMatchObject({
      code: 0,
    });
    const page = await readFile(out, 'utf8');
    expect(page).toContain('a recording.wav');
    expect(page.match(/<rect /g)).toHaveLength(1);
    const wrong = await prosodia(
      undefined,
      'timeline',
      recording,
      '--model',
      MODEL,
      '--out',
      join(folder, 'x.pdf'),
    );
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('.rttm');
  });

  test('a file is heard with --fast, and the table comes at the end', async () => {
    const { code, out } = await prosodia(
      undefined,
      'listen',
      '--model',
      MODEL,
      '--file',
      recording,
      '--fast',
    );
    expect(code).toBe(0);
    expect(out).toContain('confidence');
  });

  test('listen knows the person whose profile it is given', async () => {
    const profile = join(folder, 'me.json');
    const recognizer = await Recognizer.load(MODEL);
    try {
      const voice = recognizer.speaker();
      const voices = { calm: 90, sad: 170, happy: 320 };
      for (let take = 1; take <= 4; take++)
        for (const [label, pitchHz] of Object.entries(voices))
          await voice.learn(spoken(take, pitchHz * (1 + 0.02 * take)), label);
      await voice.save(profile);
      const clip = spoken(12, voices.happy);
      const file = join(folder, 'mine.wav');
      await writeFile(file, encodeWav(clip));
      const last = async (...more: string[]) => {
        const { out } = await prosodia(
          undefined,
          ...['listen', '--model', MODEL, '--file', file, '--fast', '--json', ...more],
        );
        return JSON.parse(out.trim().split('\n').at(-1)!);
      };
      const known = await last('--profile', profile);
      expect(known).toMatchObject({ type: 'segment', label: 'happy' });
      expect(known.probabilities).not.toEqual((await last()).probabilities);
      const speaker = recognizer.speaker(await readProfile(profile));
      let inCode: unknown;
      const samples = clip.samples.map((sample) => Math.round(sample * 32_768) / 32_768);
      for await (const event of recognizer.stream({ sampleRateHz: RATE_HZ, speaker }).from([samples]))
        if (event.type === 'segment') inCode = event;
      expect(known).toEqual(JSON.parse(JSON.stringify(inCode)));
    } finally {
      await recognizer.close();
    }
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{}');
    const refused = await prosodia(
      undefined,
      ...['listen', '--model', MODEL, '--file', recording, '--profile', broken],
    );
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('broken.json');
  });
});
