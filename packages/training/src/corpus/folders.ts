import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import { hashFiles, listFolder, SYNTHETIC_MARKER } from './audio-files.js';
import type { CorpusProblem } from './corpus.js';

/** What every adapter is told. */
export interface AdapterOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The audio of one or several folders, hashed, each name once. */
export interface NamedFiles {
  readonly files: number;
  readonly named: readonly { readonly path: string; readonly stem: string; readonly hash: string }[];
  readonly malformed: CorpusProblem[];
  readonly otherFiles: string[];
  /** True where a folder carries the marker of synthesised speech. */
  readonly synthetic: boolean;
}

/** The file's name without folder and extension. */
export function stemOf(path: string): string {
  return basename(path, extname(path));
}

/**
 * Lists and hashes the audio of some folders for an adapter that reads file names.
 *
 * A name that comes twice (the published RAVDESS archive on Kaggle holds every file twice) is taken once.
 */
export async function readNamedFiles(
  folders: readonly string[],
  options: AdapterOptions,
): Promise<NamedFiles> {
  const audio: string[] = [];
  const other: string[] = [];
  for (const folder of folders) {
    await requireFolder(folder);
    const listing = await listFolder(folder);
    audio.push(...listing.audio);
    other.push(...listing.other);
  }
  const { hashes, unreadable } = await hashFiles(audio, options.signal);
  if (options.signal?.aborted) throw new ProsodiaError('ABORTED', 'Reading the corpus was aborted');
  const malformed = [...unreadable];
  const firstOf = new Map<string, string>();
  const named: { path: string; stem: string; hash: string }[] = [];
  for (const path of audio) {
    const hash = hashes.get(path);
    if (hash === undefined) continue;
    const stem = stemOf(path);
    const first = firstOf.get(stem);
    if (first === undefined) {
      firstOf.set(stem, path);
      named.push({ path, stem, hash });
      continue;
    }
    const same = hashes.get(first) === hash ? 'the same bytes' : 'different bytes';
    malformed.push({ path, reason: `The name was already found at ${first}, with ${same}` });
  }
  const synthetic = other.some((path) => basename(path) === SYNTHETIC_MARKER);
  return { files: audio.length + other.length, named, malformed, otherFiles: other, synthetic };
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    throw new ProsodiaError('CORPUS', `Expected a folder of recordings but there is nothing at ${folder}`, {
      cause,
    });
  });
  if (!found.isDirectory())
    throw new ProsodiaError('CORPUS', `Expected a folder of recordings but ${folder} is a file`);
}

/** Refuses a corpus in which nothing was usable, naming the first reasons. */
export function requireRecordings(
  count: number,
  where: readonly string[],
  expected: string,
  malformed: readonly CorpusProblem[],
): void {
  if (count > 0) return;
  const reasons = malformed.slice(0, 3).map((problem) => `${problem.path}: ${problem.reason}`);
  const detail = reasons.length > 0 ? ` (${malformed.length} left out, e.g. ${reasons.join('; ')})` : '';
  throw new ProsodiaError(
    'CORPUS',
    `Expected recordings in ${where.join(', ')} but found none; ${expected}${detail}`,
  );
}
