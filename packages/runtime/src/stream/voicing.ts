import { SPEECH_RATE_HZ } from '../speech-messages.js';

/** Every other sample is enough to find a pitch. */
const STEP = 2;
const RATE_HZ = SPEECH_RATE_HZ / STEP;
const LOWEST_HZ = 80;
const HIGHEST_HZ = 1_000;
/** Likeness of one period to the next from which a sound is voiced. */
const VOICED = 0.6;

/** Share of a sound that a sine does not foresee, below which it is one. */
const TONE = 0.005;

/**
 * What a sound is: a lone `tone` (a siren, a whistle), `voiced` when it repeats itself with overtones, else `other`.
 *
 * The period is found by normalised autocorrelation (Rabiner 1977), a tone by linear prediction from two samples, which
 * a sine follows exactly. Screams and sobs are voiced; noise is not.
 *
 * @param before  the frame before, for periods longer than half a frame; may be empty
 * @param frame  samples at 16 kHz
 */
export function kindOfSound(before: Float32Array, frame: Float32Array): 'tone' | 'voiced' | 'other' {
  const all = new Float32Array(before.length + frame.length);
  all.set(before);
  all.set(frame, before.length);
  // The mean of two samples keeps what lies above the new rate's half from folding down.
  const samples = Float32Array.from(
    { length: Math.floor(all.length / STEP) },
    (_, i) => (all[STEP * i]! + all[STEP * i + 1]!) / STEP,
  );
  if (unforeseen(samples) < TONE) return 'tone';
  const [shortest, longest] = [Math.floor(RATE_HZ / HIGHEST_HZ), Math.ceil(RATE_HZ / LOWEST_HZ)];
  for (let lag = shortest; lag <= longest && lag < samples.length / 2; lag++)
    if (likeness(samples, lag) >= VOICED) return 'voiced';
  return 'other';
}

/** Share of the power that the best x[n] ≈ a·x[n−1] − x[n−2] leaves over. */
function unforeseen(samples: Float32Array): number {
  let [cross, one, power] = [0, 0, 1e-12];
  for (let i = 2; i < samples.length; i++) {
    const [sum, middle] = [samples[i]! + samples[i - 2]!, samples[i - 1]!];
    cross += sum * middle;
    one += middle * middle;
    power += sum * sum;
  }
  return 1 - (cross * cross) / (one * power + 1e-12);
}

function likeness(samples: Float32Array, lag: number): number {
  let [both, first, second] = [0, 0, 0];
  for (let i = lag; i < samples.length; i++) {
    const [a, b] = [samples[i - lag]!, samples[i]!];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return both / Math.sqrt(first * second + 1e-12);
}
