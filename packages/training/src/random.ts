import { createHash } from 'node:crypto';

/**
 * A reproducible stream of random numbers: xoshiro128** (Blackman & Vigna 2018), seeded through SHA-256.
 *
 * The stream is a function of its names alone, e.g. `new Random(seed, 'shuffle', epoch)`: nothing needs to be
 * replayed to come back to the middle of a run, and two uses never share numbers by accident.
 */
export class Random {
  private readonly state: Uint32Array;

  constructor(seed: number, ...names: readonly (string | number)[]) {
    const digest = createHash('sha256')
      .update(JSON.stringify([seed, ...names]))
      .digest();
    this.state = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at));
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** A number in [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + ((high - low) * this.uint32()) / 2 ** 32;
  }

  /** An integer in [0, count), unbiased (rejection of the incomplete last range). */
  below(count: number): number {
    const limit = 2 ** 32 - (2 ** 32 % count);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % count;
    }
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 2 ** 32));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends unknown[] | Int32Array>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = items[last]!;
      items[last] = items[other]!;
      items[other] = kept;
    }
    return items;
  }

  /** The numbers 0 … count − 1 in random order. */
  permutation(count: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: count }, (_, index) => index));
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
