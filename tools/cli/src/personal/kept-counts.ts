import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { PersonalCounts } from './personal-evaluation.js';

const schema = z.strictObject({
  recipe: z.string(),
  protocol: z.string(),
  labels: z.array(z.string()).min(2),
  draws: z.number().int().min(1),
  seed: z.number().int().min(0),
  tracks: z.record(
    z.string(),
    z.array(
      z.strictObject({
        speaker: z.string(),
        counts: z.array(z.number().int().min(0)),
        used: z.number().min(0).max(1),
        adaptationMs: z.number().min(0),
      }),
    ),
  ),
});

/** Where the counts of a recipe lie in the repository: of a corpus by itself, or between two. */
export function keptCountsPath(recipe: string, protocol: string): string {
  const name = protocol.startsWith('cross-corpus') ? `${recipe}-cross-corpus` : recipe;
  return fileURLToPath(
    new URL(`../../predictions/personal-${encodeURIComponent(name)}.json`, import.meta.url),
  );
}

/** @throws ProsodiaError INVALID_ARGUMENT when there are none for the recipe, or they are broken */
export async function readKeptCounts(recipe: string, protocol: string): Promise<PersonalCounts> {
  const path = keptCountsPath(recipe, protocol);
  try {
    return parseWith(schema, JSON.parse(await readFile(path, 'utf8')), `counts in ${path}`);
  } catch (cause) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected kept answers of ${recipe} in ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

export async function writeKeptCounts(counts: PersonalCounts): Promise<string> {
  const path = keptCountsPath(counts.recipe, counts.protocol);
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, `${JSON.stringify(counts)}\n`);
  return path;
}
