import {
  type AudioClip,
  isProsodiaError,
  type NetworkInput,
  ProsodiaError,
  type Recording,
} from '@prosodia/contracts';
import { decodeFile, networkRows, releaseClips } from '@prosodia/features';
import pLimit from 'p-limit';
import type { CorpusProblem } from '../corpus/corpus.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import { changeClips } from './change-clips.js';
import { drawAugmentation } from './draw-augmentation.js';
import { rowSizeOf } from './row-table.js';

/** How a chunk of recordings becomes rows. */
export interface RowPlan {
  readonly input: NetworkInput;
  readonly augmentation: readonly AugmentationRule[];
  readonly seed: number;
  /** Content hash of each recording. */
  readonly hashes: readonly string[];
}

export interface ChunkRows {
  /** recordings × (1 + variants) × row size; zero for a recording with a problem. */
  readonly inputs: Float32Array;
  /** By position in the chunk. */
  readonly problems: ReadonlyMap<number, CorpusProblem>;
}

interface ReadClip {
  readonly position: number;
  readonly clip: AudioClip;
}

/**
 * Decodes some recordings and makes their rows; a bad one is left out and named, whatever it broke.
 *
 * @throws ProsodiaError ABORTED, NATIVE_LOAD
 */
export async function chunkRows(
  recordings: readonly Recording[],
  plan: RowPlan,
  signal: AbortSignal | undefined,
): Promise<ChunkRows> {
  const problems = new Map<number, CorpusProblem>();
  const clips = await decodeAll(recordings, problems, signal);
  const size = rowSizeOf(plan.input.shape) * (1 + plan.augmentation.length);
  const inputs = new Float32Array(recordings.length * size);
  const place = (read: readonly ReadClip[], rows: readonly Float32Array[]) => {
    for (const [index, { position }] of read.entries()) inputs.set(rows[index]!, position * size);
  };
  try {
    place(clips, await rowsOf(clips, plan, signal));
  } catch (error) {
    requireClipError(error);
    // Some clip of the batch cannot be used (a sample that is no number, say): find it by going one by one.
    for (const read of clips)
      try {
        place([read], await rowsOf([read], plan, signal));
      } catch (own) {
        requireClipError(own);
        problems.set(read.position, {
          path: recordings[read.position]!.path,
          reason: (own as Error).message,
        });
      }
  }
  return { inputs, problems };
}

async function decodeAll(
  recordings: readonly Recording[],
  problems: Map<number, CorpusProblem>,
  signal: AbortSignal | undefined,
): Promise<ReadClip[]> {
  const limit = pLimit(4);
  const read = await Promise.all(
    recordings.map(({ path }, position) =>
      limit(async (): Promise<ReadClip[]> => {
        try {
          return [{ position, clip: await decodeFile(path, { signal }) }];
        } catch (error) {
          requireClipError(error);
          problems.set(position, { path, reason: (error as Error).message });
          return [];
        }
      }),
    ),
  );
  return read.flat();
}

/** The rows of each clip: its own, then one of each variant, joined. */
async function rowsOf(
  read: readonly ReadClip[],
  plan: RowPlan,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const clips = read.map(({ clip }) => clip);
  const variants = [await networkRows(clips, plan.input, { signal })];
  for (const [index, rule] of plan.augmentation.entries()) {
    const changes = read.map(({ clip, position }) =>
      drawAugmentation(rule, clip, {
        contentHash: plan.hashes[position]!,
        variant: index + 1,
        seed: plan.seed,
        sampleRateHz: 'features' in plan.input ? plan.input.features.sampleRateHz : clip.sampleRateHz,
      }),
    );
    const changed = await changeClips(clips, changes, { signal });
    variants.push(await networkRows(changed, plan.input, { signal }));
    releaseClips(changed);
  }
  const size = rowSizeOf(plan.input.shape);
  return clips.map((_, clip) => {
    const joined = new Float32Array(size * variants.length);
    for (const [variant, rows] of variants.entries()) joined.set(rows[clip]!, variant * size);
    return joined;
  });
}

/** Lets errors that are no fault of a clip through. */
function requireClipError(error: unknown): void {
  const isClipError = isProsodiaError(error) && !['ABORTED', 'NATIVE_LOAD'].includes(error.code);
  if (isClipError) return;
  throw error instanceof Error ? error : new ProsodiaError('DECODE', String(error));
}
