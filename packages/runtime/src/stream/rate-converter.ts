/** Zero crossings of the kernel on either side: a transition band an eighth of the lower rate wide. */
const ZERO_CROSSINGS = 8;
/** Cut-off as a share of the lower Nyquist frequency. */
const CUT_OFF = 0.92;
/** Positions between two input samples that have a kernel of their own; others take the nearest. */
const MAX_PHASES = 1_024;
const MAX_TABLES = 16;

interface Kernel {
  readonly phases: number;
  readonly taps: number;
  /** phases × taps, row-major. */
  readonly weights: Float32Array;
}

const kernels = new Map<string, Kernel>();

/**
 * Changes the rate of a stream of samples as it comes: a Hann-windowed sinc, in phase with the input.
 *
 * For the speech detector's ears; what is recognised keeps the rate it came at and is resampled as files are.
 */
export class RateConverter {
  /** Absent where the rates are the same. */
  readonly #kernel: Kernel | undefined;
  readonly #step: number;
  #input: Float32Array;
  /** Place in the stream of `#input`'s first sample; the stream is preceded by zeros. */
  #first: number;
  #next = 0;

  constructor(fromHz: number, toHz: number) {
    this.#kernel = fromHz === toHz ? undefined : kernelFor(fromHz, toHz);
    this.#step = fromHz / toHz;
    const half = (this.#kernel?.taps ?? 0) / 2;
    this.#first = -half;
    this.#input = new Float32Array(half);
  }

  /** The output samples that the input up to now decides; the input itself where the rates are the same. */
  convert(samples: Float32Array): Float32Array {
    if (!this.#kernel) return samples;
    const { taps } = this.#kernel;
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    const end = this.#first + input.length;
    const ready = Math.max(0, Math.ceil((end - taps / 2) / this.#step) - this.#next);
    const out = new Float32Array(ready);
    for (let i = 0; i < ready; i++) out[i] = this.#at(this.#kernel, (this.#next + i) * this.#step, input);
    this.#next += ready;
    const needed = Math.floor(this.#next * this.#step) - taps / 2 + 1;
    const dropped = Math.min(input.length, Math.max(0, needed - this.#first));
    this.#input = input.slice(dropped);
    this.#first += dropped;
    return out;
  }

  #at({ phases, taps, weights }: Kernel, position: number, input: Float32Array): number {
    let whole = Math.floor(position);
    let phase = Math.round((position - whole) * phases);
    if (phase === phases) {
      phase = 0;
      whole++;
    }
    const start = whole - taps / 2 + 1 - this.#first;
    const row = phase * taps;
    // A position rounded up may reach one sample beyond the input, where the window is zero.
    const count = Math.min(taps, input.length - start);
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += weights[row + tap]! * input[start + tap]!;
    return sum;
  }
}

function kernelFor(fromHz: number, toHz: number): Kernel {
  const key = `${fromHz}/${toHz}`;
  const known = kernels.get(key);
  if (known) return known;
  if (kernels.size >= MAX_TABLES) kernels.clear();
  const kernel = makeKernel(fromHz, toHz);
  kernels.set(key, kernel);
  return kernel;
}

function makeKernel(fromHz: number, toHz: number): Kernel {
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const phases = Math.min(MAX_PHASES, toHz / divisor);
  const lower = Math.min(1, toHz / fromHz) * CUT_OFF;
  const half = Math.ceil(ZERO_CROSSINGS / lower);
  const taps = 2 * half;
  const weights = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const row = Array.from({ length: taps }, (_, tap) => {
      const t = tap - half + 1 - phase / phases;
      const x = Math.PI * lower * t;
      const sinc = t === 0 ? 1 : Math.sin(x) / x;
      return Math.abs(t) >= half ? 0 : sinc * (0.5 + 0.5 * Math.cos((Math.PI * t) / half));
    });
    const sum = row.reduce((total, weight) => total + weight, 0);
    weights.set(
      row.map((weight) => weight / sum),
      phase * taps,
    );
  }
  return { phases, taps, weights };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
