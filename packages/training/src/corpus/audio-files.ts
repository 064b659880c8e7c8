import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import type { CorpusProblem } from './corpus.js';

const AUDIO_EXTENSIONS = new Set(['.wav', '.flac']);

/** The marker `prosodia corpus synthesize` leaves in its folder. */
export const SYNTHETIC_MARKER = 'SYNTHETIC.json';

export interface FolderListing {
  readonly audio: string[];
  readonly other: string[];
}

/** Every file under a folder, in the order of its path, audio apart from the rest; hidden files are `other`. */
export async function listFolder(folder: string): Promise<FolderListing> {
  const listing: FolderListing = { audio: [], other: [] };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const isAudio = AUDIO_EXTENSIONS.has(extname(entry.name).toLowerCase()) && !entry.name.startsWith('.');
    (isAudio ? listing.audio : listing.other).push(join(entry.parentPath, entry.name));
  }
  listing.audio.sort();
  listing.other.sort();
  return listing;
}

export interface HashedFiles {
  /** SHA-256 of each file, hexadecimal; absent for a file that could not be read. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly unreadable: readonly CorpusProblem[];
}

/** Reads and hashes files, a few at a time. Empty and unreadable files come back as problems. */
export async function hashFiles(paths: readonly string[], signal?: AbortSignal): Promise<HashedFiles> {
  const hashes = new Map<string, string>();
  const unreadable: CorpusProblem[] = [];
  const limit = pLimit(8);
  await Promise.all(
    paths.map((path) =>
      limit(async () => {
        if (signal?.aborted) return;
        try {
          const hash = createHash('sha256');
          let bytes = 0;
          await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
            for await (const chunk of chunks) {
              bytes += chunk.length;
              hash.update(chunk);
            }
          });
          if (bytes === 0) unreadable.push({ path, reason: 'the file is empty' });
          else hashes.set(path, hash.digest('hex'));
        } catch (error) {
          unreadable.push({ path, reason: `cannot be read: ${(error as Error).message}` });
        }
      }),
    ),
  );
  unreadable.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { hashes, unreadable };
}
