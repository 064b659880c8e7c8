import type { AudioClip } from '@prosodia/contracts';
import type { Random } from '../random.js';

/** Voices of a babble. */
const VOICES = 6;

/** How much slower or faster than the clip a voice talks, as on a tape: higher and lower voices. */
const SPEEDS = [0.8, 1.25] as const;

/**
 * People talking at once, all made of the clip itself: its voice at other speeds, begun elsewhere and going round, every
 * other one backwards. Nobody else is needed, so that a copy knows nothing of another speaker.
 */
export function ownBabble({ samples, sampleRateHz }: AudioClip, random: Random): AudioClip {
  const sum = new Float32Array(samples.length);
  for (let voice = 0; voice < VOICES; voice++) {
    const speed = random.uniform(...SPEEDS) * (voice % 2 === 0 ? 1 : -1);
    const offset = random.uniform(0, samples.length);
    for (let at = 0; at < sum.length; at++) {
      const place = modulo(offset + speed * at, samples.length);
      const before = Math.floor(place);
      const share = place - before;
      sum[at]! += (1 - share) * samples[before]! + share * samples[(before + 1) % samples.length]!;
    }
  }
  return { samples: sum, sampleRateHz };
}

function modulo(value: number, period: number): number {
  const rest = value % period;
  const positive = rest < 0 ? rest + period : rest;
  // A tiny negative rest is rounded up to the period itself.
  return positive < period ? positive : 0;
}
