import { describe, expect, test } from '@jest/globals';
import { emotionTrigger, type StreamEvent } from '@prosodia/runtime';
import fc from 'fast-check';
import { AnswerSmoother } from '../src/stream/answer-smoother.js';
import { audibleLead } from '../src/stream/loudness.js';
import { ChunkReader } from '../src/stream/pcm-chunk.js';
import { RateConverter } from '../src/stream/rate-converter.js';
import { SampleRing } from '../src/stream/sample-ring.js';
import { SpeechGain } from '../src/stream/speech-gain.js';
import { SpeechSegmenter } from '../src/stream/speech-segmenter.js';
import { StreamClock } from '../src/stream/stream-clock.js';

const VAD = { threshold: 0.5, minSpeechSec: 0.2, minSilenceSec: 0.4, padSec: 0, maxSegmentSec: 4 };

describe('SampleRing', () => {
  test('gives back what was written last, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.record({ capacity: fc.integer({ min: 1, max: 50 }), block: fc.integer({ min: 1, max: 20 }) }),
        fc.array(fc.tuple(fc.nat(120), fc.nat(60)), { maxLength: 20 }),
        ({ capacity, block }, steps) => {
          const ring = new SampleRing(capacity, block);
          let [written, forgotten] = [0, 0];
          for (const [size, kept] of steps) {
            ring.write(Float32Array.from({ length: size }, () => written++));
            forgotten = Math.max(forgotten, written - kept);
            ring.forget(written - kept);
          }
          expect(ring.end).toBe(written);
          expect(ring.start).toBe(Math.max(0, forgotten, written - capacity));
          expect(Array.from(ring.read(0, written + 5))).toEqual(
            Array.from({ length: written - ring.start }, (_, i) => ring.start + i),
          );
        },
      ),
    );
  });

  test('leaves digital silence out at the ends alone, and no recorded noise', () => {
    const ring = new SampleRing(100, 7);
    ring.write(Float32Array.from([0, 0, 1e-6, 0.5, 0, 0, -0.25, 0, 1e-6, 0, 0]));
    expect(ring.recorded(0, 11)).toEqual({ from: 3, to: 7 });
    expect(ring.recorded(4, 6)).toEqual({ from: 4, to: 6 });
    ring.write(Float32Array.from({ length: 100 }, (_, i) => (i % 2 ? 1 : -1) / 32_768));
    expect(ring.recorded(0, 111)).toEqual({ from: 11, to: 111 });
  });
});

describe('RateConverter', () => {
  test.each([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 44_101])('keeps a tone at %i Hz', (fromHz) => {
    const tone = (rateHz: number, length: number) =>
      Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * 500 * i) / rateHz));
    const out = new RateConverter(fromHz, 16_000).convert(tone(fromHz, fromHz));
    expect(Math.abs(out.length - 16_000)).toBeLessThan(40);
    const wanted = tone(16_000, out.length);
    for (let i = 50; i < out.length; i++) expect(Math.abs(out[i]! - wanted[i]!)).toBeLessThan(4e-3);
  });

  test('gives the same in pieces as at once', () => {
    const samples = Float32Array.from({ length: 5_000 }, (_, i) => Math.sin(i * i * 1e-4));
    const whole = new RateConverter(44_100, 16_000).convert(samples);
    const converter = new RateConverter(44_100, 16_000);
    const pieces: number[] = [];
    for (let at = 0; at < samples.length; at += 77)
      pieces.push(...converter.convert(samples.subarray(at, at + 77)));
    expect(pieces).toEqual(Array.from(whole));
  });
});

describe('SpeechGain', () => {
  const FRAME = 512;
  const tone = (level: number, frames: number) =>
    Float32Array.from({ length: frames * FRAME }, (_, i) => level * Math.sin(i * 0.1));
  const levelDb = (samples: Float32Array) =>
    10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

  test('raises quiet speech, leaves loud speech as it is, and a room that is never quiet alone', () => {
    const quiet = tone(10 ** (-50 / 20), 60);
    const silence = new Float32Array(10 * FRAME);
    const loud = tone(0.3, 10);
    const gain = new SpeechGain();
    gain.raised(silence);
    expect(levelDb(gain.raised(quiet).subarray(50 * FRAME)) - levelDb(quiet)).toBeCloseTo(23, 0);
    // From one gain to the other within the first frame, and never beyond full scale.
    const raised = gain.raised(loud);
    expect(raised.subarray(FRAME)).toEqual(loud.subarray(FRAME));
    expect(Math.max(...raised)).toBeLessThanOrEqual(1);
    expect(new SpeechGain().raised(tone(0.01, 20))).toEqual(tone(0.01, 20));
  });

  test('gives the same in pieces as at once', () => {
    const samples = Float32Array.from([...tone(0.001, 9), ...tone(0.2, 4), ...tone(0.002, 40)]);
    const gain = new SpeechGain();
    const pieces: number[] = [];
    for (let at = 0; at < samples.length; at += 3 * FRAME)
      pieces.push(...gain.raised(samples.subarray(at, at + 3 * FRAME)));
    expect(pieces).toEqual(Array.from(new SpeechGain().raised(samples)));
  });
});

describe('SpeechSegmenter', () => {
  const run = (probabilities: number[], audible = false) => {
    const segmenter = new SpeechSegmenter(VAD, 0.1);
    return [
      ...probabilities.flatMap((p, i) => segmenter.step(i, p, audible && p > 0.1) ?? []),
      ...[segmenter.finish(probabilities.length)].filter((last) => last !== undefined),
    ];
  };
  const speech = (frames: number) => Array<number>(frames).fill(0.9);
  const silence = (frames: number) => Array<number>(frames).fill(0);

  test('begins with the first word, bridges short pauses, ends where silence began', () => {
    expect(run([...silence(5), ...speech(4), ...silence(2), ...speech(3), ...silence(6)])).toEqual([
      { kind: 'start', frame: 5 },
      { kind: 'end', start: 5, end: 14, goesOn: false },
    ]);
  });

  test('takes a click for nothing, and wavering above the lower threshold for speech', () => {
    expect(run([...silence(3), 0.9, ...silence(9)])).toEqual([]);
    expect(run([...speech(3), 0.4, 0.4, 0.4, 0.4, 0.4, ...speech(1), ...silence(5)])).toEqual([
      { kind: 'start', frame: 0 },
      { kind: 'end', start: 0, end: 9, goesOn: false },
    ]);
  });

  test('keeps sound that follows the words, for a second', () => {
    const [, end] = run([...speech(3), ...Array<number>(20).fill(0.2)], true);
    expect(end).toEqual({ kind: 'end', start: 0, end: 13, goesOn: false });
  });

  test('divides what never ends where it is least like speech, and ends it with the stream', () => {
    const long = [...speech(35), 0.6, ...speech(20)];
    expect(run(long)).toEqual([
      { kind: 'start', frame: 0 },
      { kind: 'end', start: 0, end: 35, goesOn: true },
      { kind: 'end', start: 35, end: 56, goesOn: false },
    ]);
  });
});

test('sound before the first word belongs to it across a short dip alone', () => {
  expect(audibleLead([-20, -80, -25, -80, -80, -80, -20], -50, 2)).toBe(3);
  expect(audibleLead([-80, -80, -80], -50, 2)).toBe(0);
});

describe('StreamClock', () => {
  test('follows drift, reports gaps, never goes back', () => {
    const clock = new StreamClock(1_000);
    for (let second = 0; second <= 3_600; second++)
      expect(clock.observe(second * 1_000, 50 + second * 1.0001)).toBeUndefined();
    expect(Math.abs(clock.timeOf(3_600_000) - 3_600.36)).toBeLessThan(0.01);
    const gap = clock.observe(3_600_000, 50 + 3_600.36 + 5);
    expect(gap!.endSec - gap!.startSec).toBeCloseTo(5, 1);
    clock.skip(gap!);
    const before = clock.timeOf(3_600_000);
    expect(clock.observe(3_600_000, 3)).toBeUndefined();
    expect(clock.timeOf(3_600_000)).toBe(before);
  });
});

describe('ChunkReader', () => {
  test('reads floats, integers and bytes alike, also an odd number of bytes', () => {
    const integers = Int16Array.from([0, 16_384, -32_768, 32_767]);
    const floats = Float32Array.from(integers, (sample) => sample / 32_768);
    const reader = new ChunkReader(16_000);
    const bytes = new Uint8Array(integers.buffer);
    const odd = [bytes.subarray(0, 3), bytes.subarray(3, 4), bytes.subarray(4)];
    expect(reader.read(floats).samples).toEqual(floats);
    expect(reader.read({ samples: integers, sampleRateHz: 8_000 })).toMatchObject({
      samples: floats,
      sampleRateHz: 8_000,
    });
    expect(odd.flatMap((part) => Array.from(reader.read(part).samples))).toEqual(Array.from(floats));
  });

  test.each([
    ['text', 'no audio'],
    ['a sample that is not finite', Float32Array.of(0, Number.NaN)],
    ['a rate out of range', { samples: new Float32Array(1), sampleRateHz: 7 }],
    ['a time that is none', { samples: new Float32Array(1), timeSec: Number.NaN }],
    ['nothing', null],
  ])('refuses %s', (_, chunk) => {
    expect(() => new ChunkReader(16_000).read(chunk)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

const answer = (endSec: number, angry: number, fearful = 0): StreamEvent & { type: 'provisional' } => ({
  type: 'provisional',
  label: angry >= 0.5 ? 'angry' : 'calm',
  confidence: Math.max(angry, 1 - angry - fearful),
  probabilities: { angry, fearful, calm: 1 - angry - fearful },
  startSec: endSec - 1,
  endSec,
});

test('AnswerSmoother averages and names the likeliest', () => {
  const smoother = new AnswerSmoother(0.5);
  expect(smoother.smooth(answer(1, 0.9)).probabilities.angry).toBeCloseTo(0.9);
  const second = smoother.smooth(answer(2, 0.3));
  expect(second).toMatchObject({ label: 'angry', endSec: 2 });
  expect(second.confidence).toBeCloseTo(0.6);
  smoother.reset();
  expect(smoother.smooth(answer(3, 0.3)).label).toBe('calm');
});

describe('emotionTrigger', () => {
  const changes = (options: Parameters<typeof emotionTrigger>[0], answers: StreamEvent[]) => {
    const trigger = emotionTrigger(options);
    return answers.flatMap((event) => trigger.take(event) ?? []);
  };
  const options = { labels: ['angry', 'fearful'], above: 0.7, forSec: 1, below: 0.4 };

  test('rings after the labels together stay above for long enough, and is over below the lower threshold', () => {
    const sums = [0.8, 0.8, 0.8, 0.6, 0.5, 0.3, 0.3, 0.3];
    const found = changes(
      options,
      sums.map((sum, i) => answer(i * 0.5, sum / 2, sum / 2)),
    );
    expect(found).toEqual([
      expect.objectContaining({ active: true, sinceSec: 0, timeSec: 1 }),
      expect.objectContaining({ active: false, sinceSec: 2.5, timeSec: 3.5 }),
    ]);
  });

  test('one noisy window, a silence between, other events and values between the thresholds ring nothing', () => {
    expect(changes(options, [answer(0, 0.9), answer(0.5, 0.1), answer(1, 0.9)])).toEqual([]);
    expect(changes(options, [answer(0, 0.9), answer(9, 0.9)])).toEqual([]);
    expect(changes(options, [{ type: 'speechStart', timeSec: 0 }])).toEqual([]);
    expect(
      changes(
        options,
        [0, 0.5, 1, 1.5].map((t) => answer(t, 0.6)),
      ),
    ).toEqual([]);
  });

  test('refuses thresholds the wrong way round and labels that are missing', () => {
    for (const wrong of [
      { ...options, below: 0.9 },
      { ...options, labels: [] },
      { ...options, above: 2 },
    ])
      expect(() => emotionTrigger(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
