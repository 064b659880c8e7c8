import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';

/** Lies in the corpus folder from its first file on; whoever reads the folder knows what it is. */
export const MARKER_FILE = 'SYNTHETIC.json';

export const markerSchema = z.object({
  kind: z.literal('prosodia-synthetic-corpus'),
  formatVersion: z.literal(1),
  synthetic: z.literal(true),
  notice: z.string(),
  licence: z.string(),
  generator: z.object({ name: z.string(), version: z.string(), engine: z.string() }),
  rulesVersion: z.number().int(),
  rules: z.unknown(),
  seed: z.number().int(),
  speakers: z.number().int(),
  recordings: z.number().int(),
  sampleRateHz: z.number().int(),
  /** False until the last clip is in place. */
  complete: z.boolean(),
});

export type Marker = z.output<typeof markerSchema>;

/**
 * The marker of a folder.
 *
 * @returns null when there is none
 * @throws ProsodiaError CORPUS for one that cannot be read
 */
export async function readMarker(folder: string): Promise<Marker | null> {
  const file = join(folder, MARKER_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ProsodiaError('CORPUS', `Expected a readable ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProsodiaError('CORPUS', `Expected JSON in ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return parseWith(markerSchema, value, file, 'CORPUS');
}
