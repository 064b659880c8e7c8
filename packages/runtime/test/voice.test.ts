import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeWav } from '@prosodia/features';
import { type AudioClip, Recognizer, readProfile } from '@prosodia/runtime';
import { spoken } from './spoken.js';
import { changedModel, MODEL_PATH, numbers } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-voice-'));
const profilePath = join(folder, 'me.json');
/** This person is low when calm, high when happy and in between when sad; the untrained network knows nothing of it. */
const PITCHES = [
  ['calm', 90],
  ['sad', 170],
  ['happy', 320],
] as const;
let recognizer: Recognizer;

beforeAll(async () => {
  recognizer = await Recognizer.load(MODEL_PATH);
});
afterAll(async () => {
  await recognizer.close();
  rmSync(folder, { recursive: true, force: true });
});

const silence: AudioClip = { samples: new Float32Array(16_000), sampleRateHz: 16_000 };
function noise(): AudioClip {
  const random = numbers(4);
  return {
    samples: Float32Array.from({ length: 24_000 }, () => 0.3 * (random() - 0.5)),
    sampleRateHz: 16_000,
  };
}

async function taught() {
  const voice = recognizer.speaker();
  for (let take = 1; take <= 4; take++)
    for (const [label, pitchHz] of PITCHES)
      await voice.learn(spoken(take, pitchHz * (1 + 0.02 * take)), label);
  return voice;
}

it('answers as the recognizer does while nothing is known', async () => {
  const clip = spoken(1, 150);
  const [plain, own] = [await recognizer.recognize(clip), await recognizer.speaker().recognize(clip)];
  expect(own.label).toBe(plain.label);
  for (const label of recognizer.labels)
    expect(own.probabilities[label]).toBeCloseTo(plain.probabilities[label]!, 6);
});

it('learns a person, says what it gained, and hears it in clips it never heard', async () => {
  const voice = await taught();
  const report = voice.report();
  expect(report).toMatchObject({ clips: 12, used: true });
  expect(report.adaptedRight).toBeGreaterThan(report.baseRight);
  let [right, base] = [0, 0];
  for (let take = 11; take <= 14; take++)
    for (const [label, pitchHz] of PITCHES) {
      const clip = spoken(take, pitchHz);
      if ((await voice.recognize(clip)).label === label) right++;
      if ((await recognizer.recognize(clip)).label === label) base++;
    }
  expect(right).toBeGreaterThan(base + 3);
  expect(voice.clips).toBe(24);
});

it('saves some kB that another process answers with alike', async () => {
  const voice = await taught();
  await voice.save(profilePath);
  expect(statSync(profilePath).size).toBeLessThan(10_000);
  expect(statSync(profilePath).mode & 0o077).toBe(0);
  const wavPath = join(folder, 'later.wav');
  writeFileSync(wavPath, encodeWav(spoken(21, 175)));
  const code = `import { Recognizer, readProfile } from '@prosodia/runtime';
    const recognizer = await Recognizer.load(process.argv[1]);
    const voice = recognizer.speaker(await readProfile(process.argv[2]));
    console.log(JSON.stringify(await voice.recognize(process.argv[3])));
    await recognizer.close();`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', code, '--', MODEL_PATH, profilePath, wavPath],
    { cwd: resolve(import.meta.dirname, '..'), encoding: 'utf8', env },
  );
  expect(stderr).toBe('');
  const here = await voice.recognize(wavPath);
  const there = JSON.parse(stdout) as typeof here;
  expect(there.label).toBe(here.label);
  for (const label of recognizer.labels)
    expect(there.probabilities[label]).toBeCloseTo(here.probabilities[label]!, 5);
});

it('does not drift on silence, noise or one label said again and again', async () => {
  const voice = recognizer.speaker();
  const clip = spoken(31, 200);
  const before = await recognizer.recognize(clip);
  for (let i = 0; i < 5; i++) for (const sound of [silence, noise()]) await voice.recognize(sound);
  expect(voice.clips).toBe(0);
  for (const sound of [silence, noise()])
    await expect(voice.learn(sound, 'sad')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  for (let take = 1; take <= 6; take++) await voice.learn(spoken(take, 120), 'sad');
  expect(voice.report()).toMatchObject({ used: false, reason: expect.stringContaining('same label') });
  const after = await voice.recognize(clip);
  for (const label of recognizer.labels)
    expect(after.probabilities[label]).toBeCloseTo(before.probabilities[label]!, 6);
});

it('learns from a stream what is said once, however often it is answered meanwhile', async () => {
  const voice = recognizer.speaker();
  const { samples, sampleRateHz } = spoken(41, 200);
  const stream = recognizer.stream({ sampleRateHz, vad: false, hopSec: 0.2, speaker: voice });
  const types: string[] = [];
  for await (const { type } of stream.from([samples])) types.push(type);
  expect(types.filter((type) => type === 'provisional').length).toBeGreaterThan(1);
  expect(types.filter((type) => type === 'segment')).toHaveLength(1);
  expect(voice.clips).toBe(1);
});

it('forgets', async () => {
  const voice = await taught();
  voice.forget();
  expect(voice.profile()).toEqual(recognizer.speaker().profile());
  expect([voice.clips, voice.labelled]).toEqual([0, 0]);
});

it('says what is wrong', async () => {
  const voice = recognizer.speaker();
  await expect(voice.learn(spoken(1, 100), 'hungry')).rejects.toThrow('"hungry"');
  await expect(voice.recognize('/no/such.wav')).rejects.toMatchObject({ code: 'DECODE' });
  await expect(readProfile('/no/such.json')).rejects.toMatchObject({ code: 'MODEL' });
  const other = await Recognizer.load(
    changedModel(({ graph }) => {
      graph.name = 'another';
    }),
    { workers: 1 },
  );
  expect(() => other.speaker(voice.profile())).toThrow('another model');
  await other.close();
});

it('takes or refuses every damaged profile, and never hangs on one', async () => {
  await (await taught()).save(profilePath);
  const text = readFileSync(profilePath);
  const random = numbers(9);
  let refused = 0;
  // `PROSODIA_MUTATIONS=10000` tries as many.
  const runs = Number(process.env.PROSODIA_MUTATIONS ?? 400);
  for (let run = 0; run < runs; run++) {
    const damaged = Uint8Array.from(text);
    const changes = 1 + Math.floor(4 * random());
    for (let i = 0; i < changes; i++)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(256 * random());
    const path = join(folder, 'damaged.json');
    writeFileSync(
      path,
      random() < 0.2 ? damaged.subarray(0, Math.floor(random() * damaged.length)) : damaged,
    );
    const begin = process.cpuUsage();
    try {
      recognizer.speaker(await readProfile(path)).report();
    } catch (error) {
      refused++;
      expect(['MODEL', 'INVALID_ARGUMENT']).toContain((error as { code?: string }).code);
    }
    // Of the processor: what else the machine does is no hang.
    expect(process.cpuUsage(begin).user).toBeLessThan(1_000_000);
  }
  expect(refused).toBeGreaterThan(runs / 10);
  expect(refused).toBeLessThan(runs);
}, 600_000);

describe('honest answers', () => {
  it('has no emotion for silence and noise where asked to listen for speech', async () => {
    const careful = await Recognizer.load(MODEL_PATH, { detectSpeech: true, workers: 1 });
    const items = await careful.recognizeBatch([
      silence,
      spoken(2, 140),
      noise(),
      '/no/such.wav',
      spoken(3, 180),
    ]);
    expect(items.map((item) => (item.ok ? item.value.label === 'no speech' : item.error.code))).toEqual([
      true,
      false,
      true,
      'DECODE',
      false,
    ]);
    await careful.close();
  });

  it('says unsure below the confidence asked for', async () => {
    const clip = spoken(2, 140);
    const { confidence, probabilities } = await recognizer.recognize(clip);
    const strict = await Recognizer.load(MODEL_PATH, { minConfidence: confidence + 0.01, workers: 1 });
    const lax = await Recognizer.load(MODEL_PATH, { minConfidence: confidence - 0.01, workers: 1 });
    expect(await strict.recognize(clip)).toMatchObject({ label: 'unsure', probabilities });
    expect((await lax.recognize(clip)).label).not.toBe('unsure');
    await Promise.all([strict.close(), lax.close()]);
  });
});
