import type { AudioClip } from '@prosodia/contracts';
import { numbers } from './support.js';

const { sin, cos, exp, sqrt, PI, floor, min, max, abs, round } = Math;
const RATE_HZ = 16_000;
const SYLLABLES_PER_SEC = 4;
const VOWELS_HZ = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
];
const BANDWIDTHS_HZ = [80, 100, 140];
const LEVELS = [1, 0.6, 0.3];

/** Syllables of changing vowels, a pulse train through three formants: a speech detector takes it for speech. */
export function spoken(seed: number, pitchHz: number, durationSec = 1.2): AudioClip {
  const random = numbers(seed);
  const formants = LEVELS.map(() => [0, 0] as [number, number]);
  let phase = random();
  let tilted = 0;
  const samples = Float32Array.from({ length: round(durationSec * RATE_HZ) }, (_, i) => {
    const syllable = (i / RATE_HZ) * SYLLABLES_PER_SEC;
    const vowel = VOWELS_HZ[(floor(syllable) * 3 + seed) % VOWELS_HZ.length]!;
    phase += (pitchHz * (1 + 0.15 * sin((2 * PI * 0.7 * i) / RATE_HZ))) / RATE_HZ;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    tilted = 0.95 * tilted + pulse + 0.01 * (random() - 0.5);
    let sum = 0;
    for (const [k, state] of formants.entries()) {
      const radius = exp((-PI * BANDWIDTHS_HZ[k]!) / RATE_HZ);
      const value =
        (1 - radius) * LEVELS[k]! * tilted +
        2 * radius * cos((2 * PI * vowel[k]!) / RATE_HZ) * state[0] -
        radius * radius * state[1];
      state[1] = state[0];
      state[0] = value;
      sum += value;
    }
    return sum * sqrt(sin(PI * min(1, syllable - floor(syllable))));
  });
  const peak = samples.reduce((most, x) => max(most, abs(x)), 0);
  return { samples: samples.map((x) => (0.4 * x) / peak), sampleRateHz: RATE_HZ };
}
