import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resampleClips } from '@prosodia/features';
import { SpeechDetector } from '@prosodia/runtime';
import { numbers, voice } from './support.js';

let detector: SpeechDetector;
beforeAll(async () => {
  detector = await SpeechDetector.load();
});
afterAll(() => detector.close());

function noise(level: number): Float32Array {
  const random = numbers(3);
  return Float32Array.from({ length: 32_000 }, () => level * (2 * random() - 1));
}

describe('SpeechDetector', () => {
  test('finds no speech in silence, noise or a tone', async () => {
    const tone = Float32Array.from({ length: 32_000 }, (_, i) => 0.3 * Math.sin(i * 0.17));
    for (const samples of [new Float32Array(32_000), noise(0.001), noise(0.2), tone]) {
      const probabilities = await detector.probabilities({ samples, sampleRateHz: 16_000 });
      expect(probabilities).toHaveLength(63);
      expect(Math.max(...probabilities)).toBeLessThan(0.5);
    }
  });

  test('hears the same in pieces of any size, beside other listeners', async () => {
    const [clip] = await resampleClips([voice(5, 2.5)], 16_000);
    const whole = await detector.listen().hear(clip!.samples);
    expect(whole).toHaveLength(78);
    const inPieces = async (size: number) => {
      const listener = detector.listen();
      const found: number[] = [];
      for (let at = 0; at < clip!.samples.length; at += size)
        found.push(...(await listener.hear(clip!.samples.subarray(at, at + size))));
      expect(listener.pendingSamples).toBe(clip!.samples.length % 512);
      return found;
    };
    for (const pieces of await Promise.all([1, 160, 512, 4_000].map((n) => inPieces(Math.max(n, 37))))) {
      expect(pieces).toHaveLength(whole.length);
      for (const [i, p] of pieces.entries()) expect(Math.abs(p - whole[i]!)).toBeLessThan(1e-5);
    }
  });

  test('a listener that was reset has forgotten', async () => {
    const [clip] = await resampleClips([voice(6, 1)], 16_000);
    const listener = detector.listen();
    const first = await listener.hear(clip!.samples);
    listener.reset();
    expect(await listener.hear(clip!.samples)).toEqual(first);
  });

  test('ends what waits when it is closed, or aborted', async () => {
    const mine = await SpeechDetector.load();
    await mine.listen().hear(new Float32Array(512));
    const waiting = mine.listen().hear(new Float32Array(51_200));
    const ended = expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
    await mine.close();
    await ended;
    await expect(mine.listen().hear(new Float32Array(512))).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(
      detector.listen().hear(new Float32Array(512), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
