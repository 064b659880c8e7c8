import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ACTING_RULES, EMOTIONS, perform, SENTENCES } from '../src/acting.js';
import { SpeechEngine } from '../src/espeak.js';
import { Random } from '../src/random.js';
import { MAX_SPEAKERS, speakerOf } from '../src/speakers.js';
import { shape } from '../src/voice-quality.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const actors = Array.from({ length: MAX_SPEAKERS }, (_, index) => index + 1);

describe('speakers', () => {
  test('are as many as in RAVDESS, each with a voice of his or her own, women on even numbers', () => {
    const speakers = actors.map((actor) => speakerOf(actor, 1));
    expect(speakers).toHaveLength(24);
    expect(new Set(speakers.map((speaker) => speaker.voice)).size).toBe(24);
    for (const speaker of speakers) expect(speaker.sex).toBe(speaker.actor % 2 === 0 ? 'female' : 'male');
    expect(() => speakerOf(25, 1)).toThrow(/Expected an actor from 1 to 24 but received 25/);
  });

  test('all have voices that sound the same whenever they are loaded', async () => {
    const delivery = { pitch: 50, range: 50, wordsPerMinute: 175 };
    for (const actor of actors) {
      const { voice } = speakerOf(actor, 1);
      const spoken = [];
      for (const time of [1e12, 2e12 + 5000]) {
        jest.spyOn(Date, 'now').mockReturnValue(time);
        spoken.push((await SpeechEngine.load(voice)).speak('Kids.', delivery).samples);
      }
      expect(Buffer.from(spoken[0]!.buffer).equals(Buffer.from(spoken[1]!.buffer))).toBe(true);
    }
  });

  test('cannot use a voice that the engine lacks', async () => {
    await expect(SpeechEngine.load('xx-nobody')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('acting', () => {
  test('follows the rules: anger is louder, faster and higher than sadness', async () => {
    const speaker = speakerOf(2, 3);
    const engine = await SpeechEngine.load(speaker.voice);
    const measure = (emotion: 'angry' | 'sad') => {
      const random = new Random(emotion);
      const performance = perform(speaker, emotion, 'normal', SENTENCES[0], random);
      const speech = engine.speak(performance.text, performance.delivery);
      const clip = shape(speech, performance, random);
      let power = 0;
      for (const value of clip.samples) power += value * value;
      return {
        seconds: speech.samples.length / speech.sampleRateHz,
        power,
        pitch: performance.delivery.pitch,
      };
    };
    const angry = measure('angry');
    const sad = measure('sad');
    expect(angry.power).toBeGreaterThan(4 * sad.power);
    expect(angry.seconds).toBeLessThan(sad.seconds);
    expect(angry.pitch).toBeGreaterThan(sad.pitch);
    expect(Object.keys(ACTING_RULES)).toEqual([...EMOTIONS]);
  });

  test('takes of one line differ, and a strong one goes further than a normal one on average', () => {
    const speaker = speakerOf(1, 0);
    const pitch = (intensity: 'normal' | 'strong') =>
      Array.from(
        { length: 200 },
        (_, take) =>
          perform(speaker, 'fearful', intensity, SENTENCES[0], new Random(`${take}`)).delivery.pitch,
      );
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(new Set(pitch('normal')).size).toBe(200);
    expect(mean(pitch('strong'))).toBeGreaterThan(mean(pitch('normal')) + 5);
  });

  test('never leaves full scale', async () => {
    const speech = { samples: new Float32Array(22_050).map((_, i) => Math.sin(i / 5)), sampleRateHz: 22_050 };
    const performance = {
      ...perform(speakerOf(1, 0), 'angry', 'strong', SENTENCES[0], new Random('x')),
      levelDb: 6,
    };
    const clip = shape(speech, performance, new Random('y'));
    expect(Math.max(...clip.samples)).toBeLessThanOrEqual(Math.fround(0.98));
    expect(Math.min(...clip.samples)).toBeGreaterThanOrEqual(Math.fround(-0.98));
  });
});
