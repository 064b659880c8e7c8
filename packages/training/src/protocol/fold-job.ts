import type { Recording } from '@prosodia/contracts';
import { z } from 'zod';
import type { FoldProtocol } from './fold-plan.js';
import type { Track } from './learner.js';

/** What a fold's test knows of its speakers, and where its results lie. */
export interface FoldKnowledge {
  readonly track: Track;
  readonly clips: number | null;
  /** Hash of all that decides the folds' results. */
  readonly identity: string;
  readonly folder: string;
}

/** What every fold of a run shares, as its worker processes read it. */
export interface FoldJob {
  readonly recipe: string;
  readonly protocol: FoldProtocol;
  readonly knowledge: readonly FoldKnowledge[];
  readonly permuted: boolean;
  readonly noise: boolean;
  readonly labels: readonly string[];
  readonly recordings: readonly Recording[];
  readonly contentHashes: readonly string[];
  readonly cacheFolder: string;
}

/** One fold with one seed. */
export interface FoldTask {
  readonly seed: number;
  readonly fold: number;
  /** What it is still to be tested by: places in the job's `knowledge`. */
  readonly missing: readonly number[];
}

/** What a worker says. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly task: FoldTask }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** A finished fold on disk; probabilities in ten-thousandths. */
export const foldFileSchema = z.strictObject({
  identity: z.string(),
  name: z.string(),
  tested: z.array(z.strictObject({ recording: z.number().int(), variant: z.number().int() })),
  probabilities: z.array(z.number().int()),
  noisy: z.record(z.string(), z.array(z.number().int())),
  fitSec: z.number(),
  predictSecPerClip: z.number(),
});

export type FoldFile = z.output<typeof foldFileSchema>;

export function foldFileName({ seed, fold }: Pick<FoldTask, 'seed' | 'fold'>): string {
  return `seed-${seed}.fold-${String(fold).padStart(3, '0')}.json`;
}
