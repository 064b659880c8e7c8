import type { AudioClip } from '@prosodia/contracts';

/** Harmonics of `hz` below 45 % of the rate under three vowel formants, peak 0.5. */
export function vowel(hz: number, sampleRateHz: number, seconds: number): AudioClip {
  const sum = new Float64Array(Math.floor(seconds * sampleRateHz));
  const formant = (f: number, centre: number, width: number) => 1 / (1 + ((f - centre) / width) ** 2);
  for (let k = 1; k * hz < 0.45 * sampleRateHz; k++) {
    const f = k * hz;
    const gain =
      (formant(f, 650, 120) + 0.7 * formant(f, 1200, 150) + 0.3 * formant(f, 2500, 250) + 0.02) / k;
    const step = (2 * Math.PI * f) / sampleRateHz;
    // cos(x + step) = 2 cos(step) cos(x) − cos(x − step)
    const turn = 2 * Math.cos(step);
    let before = Math.cos(0.3 * k - step);
    let here = Math.cos(0.3 * k);
    for (let i = 0; i < sum.length; i++) {
      sum[i]! += gain * here;
      const next = turn * here - before;
      before = here;
      here = next;
    }
  }
  const peak = sum.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { samples: Float32Array.from(sum, (x) => (0.5 * x) / peak), sampleRateHz };
}

/** Cents between the pitch in the middle of a clip and `hz`, at most a semitone and a half away. */
export function centsOff({ samples, sampleRateHz }: AudioClip, hz: number): number {
  const window = Math.floor(0.12 * sampleRateHz);
  const start = Math.floor(samples.length / 2) - window;
  const stride = Math.max(1, Math.floor(sampleRateHz / 12_000));
  const correlation = (lag: number) => {
    let product = 0;
    let left = 0;
    let right = 0;
    for (let i = start; i < start + window; i += stride) {
      const a = samples[i]!;
      const b = samples[i + lag]!;
      product += a * b;
      left += a * a;
      right += b * b;
    }
    return product / Math.sqrt(left * right);
  };
  let period = sampleRateHz / hz;
  let tolerance = 0.09;
  // The best lag of about one period, sharpened over four and then ten.
  for (const periods of [1, 4, 10]) {
    let best = 0;
    let peak = -2;
    const from = Math.floor(periods * period * (1 - tolerance));
    for (let lag = from; lag <= periods * period * (1 + tolerance) + 1; lag++) {
      const value = correlation(lag);
      if (value > peak) [best, peak] = [lag, value];
    }
    const before = correlation(best - 1);
    const after = correlation(best + 1);
    const bend = before - 2 * peak + after;
    period = (best + (bend < 0 ? (0.5 * (before - after)) / bend : 0)) / periods;
    tolerance = 0.3 / (periods * 4);
  }
  return 1200 * Math.log2(sampleRateHz / period / hz);
}

export function rms(samples: Float32Array | Float64Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

/** What was added to `clip`. */
export function noiseOf(noisy: AudioClip, clip: AudioClip): Float64Array {
  return Float64Array.from(clip.samples, (x, i) => noisy.samples[i]! - x);
}
