import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { FOLD_PROTOCOLS, type FoldProtocol } from './fold-plan.js';
import { TRACKS, type Track } from './learner.js';

/** Probabilities are kept as whole ten-thousandths. */
export const PROBABILITY_STEPS = 10_000;

/** A file of more is not read. */
const MAX_BYTES = 64 * 2 ** 20;

const tenThousandths = z.array(z.number().int().min(0).max(PROBABILITY_STEPS));

/** Out-of-fold predictions of one learner under one protocol and track: every figure is computed from these. */
const keptSchema = z.strictObject({
  formatVersion: z.literal(1),
  recipe: z.string().min(1),
  protocol: z.enum(FOLD_PROTOCOLS),
  track: z.enum(TRACKS),
  /** Clips known of a test speaker; null for all, or for none. */
  clips: z.number().int().min(1).nullable(),
  /** True where training labels were shuffled. */
  permuted: z.boolean(),
  seeds: z.array(z.number().int().min(0)).min(1),
  corpus: z.string().min(1),
  synthetic: z.boolean(),
  labels: z.array(z.string().min(1)).min(2),
  /** Path relative to the corpus, with "/". */
  recordings: z.array(
    z.strictObject({
      path: z.string().min(1),
      corpus: z.string().min(1),
      speaker: z.string().min(1),
      sex: z.enum(['female', 'male']).nullable(),
      truth: z.string().min(1),
    }),
  ),
  /** Seed after seed, fold after fold. */
  rows: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
  /** rows × labels. */
  probabilities: tenThousandths,
  /** The same clips under noise, by its name (`white-10`). */
  noisy: z.record(z.string(), tenThousandths),
  /** Means over the folds; they differ from run to run. */
  timing: z.strictObject({ fitSec: z.number().min(0), predictMsPerClip: z.number().min(0) }),
});

export type KeptPredictions = z.output<typeof keptSchema>;

/** What names a file of kept predictions. */
export interface KeptName {
  readonly recipe: string;
  readonly protocol: FoldProtocol;
  readonly track: Track;
  readonly clips?: number | null | undefined;
  readonly permuted?: boolean | undefined;
}

/** `shrunken-lda.speaker-loso.unlabelled-8.json.gz`. */
export function keptFileName({ recipe, protocol, track, clips, permuted }: KeptName): string {
  const known = clips ? `${track}-${clips}` : track;
  return `${recipe}.${protocol}.${known}${permuted ? '.permuted' : ''}.json.gz`;
}

/** Writes the predictions into a folder; returns the file. */
export async function writeKept(folder: string, kept: KeptPredictions): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, keptFileName(kept));
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, gzipSync(Buffer.from(JSON.stringify(kept)), { level: 9 }));
  return path;
}

/**
 * Reads kept predictions.
 *
 * @throws ProsodiaError CHECKPOINT when the file is not there, too large, or not what it should be
 */
export async function readKept(path: string): Promise<KeptPredictions> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ProsodiaError('CHECKPOINT', `Expected kept predictions at ${path} but there are none`, {
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8'));
  } catch (cause) {
    throw new ProsodiaError('CHECKPOINT', `Expected compressed JSON in ${path}`, { cause });
  }
  const kept = parseWith(keptSchema, value, path, 'CHECKPOINT');
  const cells = kept.rows.length * kept.labels.length;
  const sizes = [kept.probabilities, ...Object.values(kept.noisy)].map((list) => list.length);
  const known = kept.rows.every(([recording]) => recording < kept.recordings.length);
  const named = kept.recordings.every(({ truth }) => kept.labels.includes(truth));
  if (!known || !named || sizes.some((size) => size !== cells))
    throw new ProsodiaError('CHECKPOINT', `Expected ${cells} probabilities of known recordings in ${path}`);
  return kept;
}
