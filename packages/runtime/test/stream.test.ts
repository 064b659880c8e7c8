import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeFile } from '@prosodia/features';
import {
  type PcmChunk,
  Recognizer,
  type StreamEvent,
  type StreamOptions,
  valenceArousal,
} from '@prosodia/runtime';
import { spoken } from './spoken.js';
import { MODEL_PATH, numbers, voice } from './support.js';

const RATE_HZ = 22_050;
const everything: StreamOptions = { sampleRateHz: RATE_HZ, vad: false, hopSec: 0.5, windowSec: 1 };
let recognizer: Recognizer;
beforeAll(async () => {
  recognizer = await Recognizer.load(MODEL_PATH);
});
afterAll(() => recognizer.close());

async function eventsOf(options: StreamOptions, chunks: Iterable<PcmChunk>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of recognizer.stream(options).from(chunks)) events.push(event);
  return events;
}

function* pieces(samples: Float32Array, size: number): Iterable<Float32Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

describe('stream', () => {
  test('gives start, answers every hop, end, and the whole as recognize would', async () => {
    const clip = voice(1, 3);
    const events = await eventsOf(everything, [clip.samples]);
    expect(events.map(({ type }) => type)).toEqual([
      'speechStart',
      ...Array(5).fill('provisional'),
      'speechEnd',
      'segment',
    ]);
    const offline = await recognizer.recognize(clip);
    expect(valenceArousal(offline)).not.toBeNull();
    expect(events.at(-1)).toEqual({ type: 'segment', ...offline, ...valenceArousal(offline) });
    for (const event of events)
      if (event.type === 'provisional') expect(event.endSec - event.startSec).toBeLessThanOrEqual(1.0001);
  });

  test('gives the same whatever the chunks', async () => {
    const { samples } = voice(2, 2);
    const whole = await eventsOf(everything, [samples]);
    for (const size of [101, 4_410, 30_000])
      expect(await eventsOf(everything, pieces(samples, size))).toEqual(whole);
    // Also where the speech ends within a chunk.
    const short = { ...everything, hopSec: 0.05, vad: false } as const;
    const silent = new Float32Array(RATE_HZ);
    const all = Float32Array.from([...silent, ...samples, ...silent]);
    const at = await eventsOf(short, [all]);
    for (const size of [500, 11_000]) expect(await eventsOf(short, pieces(all, size))).toEqual(at);
    const resampled = await eventsOf(everything, [
      { samples: voice(2, 1).samples },
      { samples: voice(2, 1, 48_000).samples, sampleRateHz: 48_000 },
    ]);
    expect(resampled.at(-1)).toMatchObject({ type: 'segment', endSec: expect.closeTo(2, 2) });
  });

  test('fills short gaps with silence and ends speech at long ones', async () => {
    const second = voice(3, 1).samples;
    const events = await eventsOf(everything, [
      { samples: second, timeSec: 100 },
      { samples: second, timeSec: 101.2 },
      { samples: second, timeSec: 110 },
    ]);
    const told = events.filter(({ type }) => type === 'gap' || type === 'segment');
    expect(told).toEqual([
      expect.objectContaining({ type: 'gap', startSec: 1, endSec: expect.closeTo(1.2) }),
      expect.objectContaining({ type: 'segment', startSec: 0, endSec: expect.closeTo(2.2) }),
      expect.objectContaining({ type: 'gap', startSec: expect.closeTo(2.2), endSec: expect.closeTo(10) }),
      expect.objectContaining({ type: 'segment', startSec: expect.closeTo(10), endSec: expect.closeTo(11) }),
    ]);
  });

  test('writing waits while nobody reads', async () => {
    const stream = recognizer.stream({ ...everything, hopSec: 0.05, windowSec: 0.5 });
    let written = 0;
    const writing = (async () => {
      for (const piece of pieces(voice(4, 20).samples, RATE_HZ / 2)) {
        await stream.write(piece);
        written++;
      }
      await stream.end();
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(10);
    let events = 0;
    for await (const _ of stream) events++;
    await writing;
    expect(written).toBe(40);
    expect(events).toBeGreaterThan(300);
  });

  test('is a Node stream as well', async () => {
    const node = recognizer.stream(everything).toNode();
    const types: string[] = [];
    node.on('data', (event: StreamEvent) => types.push(event.type));
    const integers = Int16Array.from(voice(5, 1).samples, (sample) => Math.round(sample * 32_767));
    node.write(Buffer.from(integers.buffer));
    node.end();
    await once(node, 'end');
    expect(types.at(-1)).toBe('segment');
  });

  test('ends with ABORTED by its signal, with the error of a bad chunk, and by close', async () => {
    const controller = new AbortController();
    const stream = recognizer.stream({ ...everything, signal: controller.signal });
    await stream.write(voice(6, 0.3).samples);
    const reading = stream[Symbol.asyncIterator]();
    await reading.next();
    controller.abort();
    await expect(reading.next()).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(eventsOf(everything, [Float32Array.of(Number.NaN)])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const mine = await Recognizer.load(MODEL_PATH);
    const cut = mine.stream(everything);
    await mine.close();
    const events = (async () => {
      for await (const _ of cut.from([voice(7, 2).samples]));
    })();
    await expect(events).rejects.toMatchObject({ code: 'ABORTED' });
    expect(() => mine.stream()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  test.each([{ hopSec: 0 }, { windowSec: 900 }, { smoothing: 1 }, { vad: { threshold: 2 } }, { bogus: 1 }])(
    'refuses %j',
    (options) => {
      expect(() => recognizer.stream(options as StreamOptions)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );

  test('a speaker answers in the place of the recognizer', async () => {
    const asked: number[] = [];
    const speaker: StreamOptions['speaker'] = {
      recognize: async (source) => {
        asked.push((source as { samples: Float32Array }).samples.length);
        return recognizer.recognize(source);
      },
    };
    await eventsOf({ ...everything, speaker }, [voice(8, 1).samples]);
    expect(asked).toHaveLength(2);
  });

  test('hears no speech in silence and in a tone', async () => {
    const tone = Float32Array.from({ length: 3 * RATE_HZ }, (_, i) => 0.3 * Math.sin(i * 0.1));
    expect(await eventsOf({ sampleRateHz: RATE_HZ }, [new Float32Array(2 * RATE_HZ), tone])).toEqual([]);
  });
});

test.each([0, -40])('hears where speech begins and ends that is %i dB louder', async (gainDb) => {
  const { samples, sampleRateHz } = spoken(1, 150);
  const second = new Float32Array(sampleRateHz);
  const speech = samples.map((sample) => sample * 10 ** (gainDb / 20));
  const events = await eventsOf({ sampleRateHz }, [second, speech, second]);
  const segments = events.flatMap((event) => (event.type === 'segment' ? [event] : []));
  expect(segments).toHaveLength(1);
  expect(Math.abs(segments[0]!.startSec - 1)).toBeLessThan(0.2);
  expect(Math.abs(segments[0]!.endSec - 1 - speech.length / sampleRateHz)).toBeLessThan(0.2);
});

test.each([1, 2, 3])('hears no speech in loud noise, bursts of it and a siren (seed %i)', async (seed) => {
  const random = numbers(seed);
  const noise = Float32Array.from({ length: 6 * RATE_HZ }, () => 0.6 * (random() - 0.5));
  const bursts = noise.map((sample, i) =>
    Math.floor(i / (0.3 * RATE_HZ)) % 2 === 0 ? sample : 0.001 * sample,
  );
  let phase = 0;
  const siren = noise.map((_, i) => {
    phase += (2 * Math.PI * (700 + 300 * Math.sin((Math.PI * i) / RATE_HZ))) / RATE_HZ;
    return 0.4 * Math.sin(phase);
  });
  for (const sound of [noise, bursts, siren]) {
    const quiet = noise.subarray(0, RATE_HZ).map((sample) => 0.001 * sample);
    expect(await eventsOf({ sampleRateHz: RATE_HZ }, [quiet, sound, quiet])).toEqual([]);
  }
});

const corpus = process.env.RAVDESS_DIR;
(corpus ? describe : describe.skip)('stream on RAVDESS', () => {
  const segmentsOf = async (name: string) => {
    const names = readdirSync(corpus!, { recursive: true, encoding: 'utf8' });
    const clip = await decodeFile(join(corpus!, names.find((path) => basename(path).startsWith(name))!));
    const silence = new Float32Array(clip.sampleRateHz);
    const events = await eventsOf({ sampleRateHz: clip.sampleRateHz }, [silence, clip.samples, silence]);
    return events.flatMap((event) => (event.type === 'segment' ? [event] : []));
  };

  test('a scream in which the detector finds next to no speech is heard', async () => {
    const segments = await segmentsOf('03-01-06-02-02-01-06');
    // It is loud from 1.0 s of the clip on.
    expect(segments[0]!.startSec).toBeCloseTo(2, 0);
    expect(segments.reduce((sum, { startSec, endSec }) => sum + endSec - startSec, 0)).toBeGreaterThan(1.2);
  });

  test('so is calm speech 50 dB below full scale, in one piece', async () => {
    const segments = await segmentsOf('03-01-02-02-02-01-20');
    expect(segments).toHaveLength(1);
    expect(segments[0]!.endSec - segments[0]!.startSec).toBeGreaterThan(1.2);
  });
});
