// Looked up once: within a `vm` context, where tests run, each use of a global costs a microsecond.
const { imul } = Math;

/** Seeded numbers: the same words give the same sequence on every machine. */
export class Random {
  private state: number;

  /** @param key  anything that tells one sequence from another, e.g. `seed/actor/clip` */
  constructor(key: string) {
    // FNV-1a, then the generator's own mixing.
    let hash = 0x811c_9dc5;
    for (let i = 0; i < key.length; i++) hash = imul(hash ^ key.charCodeAt(i), 0x0100_0193);
    this.state = hash >>> 0;
  }

  /** Uniform in [low, high): mulberry32. */
  uniform(low = 0, high = 1): number {
    this.state = (this.state + 0x6d2b_79f5) >>> 0;
    let t = this.state;
    t = imul(t ^ (t >>> 15), t | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return low + (((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * (high - low);
  }

  /** About normal with mean 0 and deviation 1: twelve uniforms, so that no libm decides the last bit. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }
}
