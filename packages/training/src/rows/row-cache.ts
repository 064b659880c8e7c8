import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

const HASH_BYTES = 32;

/** Where rows are kept between runs: `PROSODIA_CACHE_DIR`, or `prosodia` in the user's cache folder. */
export function defaultCacheFolder(): string {
  const own = process.env.PROSODIA_CACHE_DIR;
  if (own) return join(own, 'rows');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'prosodia', 'rows');
}

/**
 * Rows on disk under the hash of everything that decides them: a file is SHA-256 of its floats, then the floats.
 *
 * A damaged or missing file is a miss; nothing is ever wrong but only slower.
 */
export class RowCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @param parts  JSON values that together decide the rows */
  keyOf(...parts: readonly unknown[]): string {
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  /** @param length  floats expected */
  async read(key: string, length: number): Promise<Float32Array | undefined> {
    const bytes = await readFile(this.path(key)).catch(() => undefined);
    if (bytes === undefined || bytes.length !== HASH_BYTES + 4 * length) return undefined;
    const body = bytes.subarray(HASH_BYTES);
    if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, HASH_BYTES))) return undefined;
    const rows = new Float32Array(length);
    body.copy(Buffer.from(rows.buffer));
    return rows;
  }

  async write(key: string, rows: Float32Array): Promise<void> {
    const body = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomic(this.path(key), Buffer.concat([createHash('sha256').update(body).digest(), body]));
  }

  private path(key: string): string {
    return join(this.folder, `${key}.rows`);
  }
}
