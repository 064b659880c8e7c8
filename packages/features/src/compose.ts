import type { AudioClip } from '@prosodia/contracts';
import { augment, type Change, clipSeed } from './augment.js';
import { drawer } from './draw.js';
import { expect } from './expect.js';
import type { BatchOptions } from './native-batch.js';

/** One step of a pipeline. */
export interface ComposeStep {
  /** The change; as a function it takes numbers in [0, 1) that depend on seed, clip and step alone. */
  readonly change: Change | ((draw: () => number) => Change);
  /** How often the step is taken, 0 to 1; always unless given. */
  readonly probability?: number | undefined;
}

export interface ComposeOptions extends BatchOptions {
  /** 0 to 2^32 − 1. */
  readonly seed?: number | undefined;
}

/**
 * A pipeline of changes, each taken by its own chance: what makes one corpus into many.
 *
 * The same seed gives the same clips, for any number of threads; on another instruction set `pitch`, `stretch`, `reverb`
 * and `telephone` may differ in their last bits (see `augment`). A clip's place in the batch decides its draws, not the
 * other clips. The steps' own seeds are not used.
 *
 * @returns a function of clips, which are left as they are
 * @throws ProsodiaError INVALID_ARGUMENT (no step, a probability or a seed out of range); the function as `augment`
 * @example
 * const vary = compose([
 *   { change: (draw) => ({ kind: 'stretch', rate: 0.9 + 0.2 * draw() }), probability: 0.5 },
 *   { change: (draw) => ({ kind: 'noise', snrDb: 10 + 20 * draw() }) },
 * ]);
 * const clip = { samples: new Float32Array(22050).fill(0.1), sampleRateHz: 22050 };
 * const [varied] = await vary([clip], { seed: 7 });
 */
export function compose(
  steps: readonly ComposeStep[],
): (clips: readonly AudioClip[], options?: ComposeOptions) => Promise<AudioClip[]> {
  expect(Array.isArray(steps) && steps.length > 0, 'one step or more', steps?.length);
  for (const [i, { probability = 1 }] of steps.entries())
    expect(probability >= 0 && probability <= 1, `0 to 1 for probability of step ${i}`, probability);
  return async (clips, { seed = 0, ...call } = {}) => {
    expect(Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff, '0 to 2^32 − 1 for seed', seed);
    let now = [...clips];
    for (const [index, step] of steps.entries()) now = await take(now, step, clipSeed(seed, ~index), call);
    // A clip that no step has changed is copied all the same: results belong to the caller.
    return now.map((clip, i) => (clip === clips[i] ? { ...clip, samples: clip.samples.slice() } : clip));
  };
}

async function take(
  clips: AudioClip[],
  { change, probability = 1 }: ComposeStep,
  seed: number,
  call: BatchOptions,
): Promise<AudioClip[]> {
  const places: number[] = [];
  const changes: Change[] = [];
  for (const place of clips.keys()) {
    const draw = drawer(clipSeed(seed, place));
    const own = Math.floor(draw() * 2 ** 32);
    if (draw() >= probability) continue;
    places.push(place);
    changes.push({ ...(typeof change === 'function' ? change(draw) : change), seed: own });
  }
  const changed = await augment(
    places.map((place) => clips[place]!),
    changes,
    call,
  );
  const result = [...clips];
  for (const [i, place] of places.entries()) result[place] = changed[i]!;
  return result;
}
