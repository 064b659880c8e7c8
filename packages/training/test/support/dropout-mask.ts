import { ProsodiaError } from '@prosodia/contracts';

/** Which mask is meant: the run's seed, the training step (from 1), the layer's number in the model. */
export interface MaskKey {
  readonly seed: number;
  readonly step: number;
  readonly layer: number;
}

/** Mixes 32 bits so that each depends on all others (constants: Wellons' hash prospector, "lowbias32"). */
function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

/** The two words that make the stream of one mask differ from every other. */
function keyWords({ seed, step, layer }: MaskKey): [number, number] {
  const first = mix(mix(mix(seed ^ 0x9e3779b9) + step) + layer);
  return [first, mix(first + 0x9e3779b9)];
}

/**
 * Inverted-dropout mask: each element 0 with probability `rate`, else 1 / (1 − rate).
 *
 * Element i is a hash of (seed, step, layer, i) alone, with i counting row by row through
 * [batch, …, units]. The native engine computes the same function, so one seed means one learning curve.
 *
 * @param length  elements, below 2³²
 * @param rate  in [0, 1)
 */
export function dropoutMask(length: number, rate: number, key: MaskKey): Float32Array<ArrayBuffer> {
  if (!(rate >= 0 && rate < 1)) {
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected a dropout rate in [0, 1) but received ${rate}`);
  }
  const mask = new Float32Array(length);
  const [before, between] = keyWords(key);
  const threshold = Math.floor(rate * 2 ** 32);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < length; i++) {
    let x = i ^ before;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul((x ^ (x >>> 15)) + between, 0x846ca68b);
    x ^= x >>> 16;
    mask[i] = x >>> 0 >= threshold ? kept : 0;
  }
  return mask;
}
