import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';

const HASH_BYTES = 32;
const SUFFIX = '.rows';
const GIB = 2 ** 30;
const DEFAULT_LIMIT_GIB = 8;
/** A process looks whether the folder has grown too large after it has written this much. */
const CHECK_EVERY_BYTES = 2 ** 28;
/** What is thrown away when it has: down to this share of the limit, so that not every file brings on the next search. */
const KEPT_SHARE = 0.8;

/** Where rows are kept between runs: `PROSODIA_CACHE_DIR`, or `prosodia` in the user's cache folder. */
export function defaultCacheFolder(): string {
  const own = process.env.PROSODIA_CACHE_DIR;
  if (own) return join(own, 'rows');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'prosodia', 'rows');
}

/**
 * Bytes that the rows may take: `PROSODIA_CACHE_GIB`, 8 unless set.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when it is no number above 0
 */
export function cacheLimitBytes(): number {
  const own = process.env.PROSODIA_CACHE_GIB;
  if (own === undefined || own === '') return DEFAULT_LIMIT_GIB * GIB;
  const gib = Number(own);
  if (gib > 0 && gib < Number.POSITIVE_INFINITY) return gib * GIB;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected a number above 0 for PROSODIA_CACHE_GIB but received "${own}"`,
  );
}

/** What lies in a cache. */
export interface CacheUsage {
  readonly files: number;
  readonly bytes: number;
  /** When the file was read or written that has waited longest; null for an empty cache. */
  readonly oldest: Date | null;
}

/**
 * Rows on disk under the hash of everything that decides them: a file is SHA-256 of its floats, then the floats.
 *
 * A damaged or missing file is a miss; nothing is ever wrong but only slower. Any number of processes may use one folder
 * at once: files appear whole, and one that is thrown away while it is read is read to its end. Files that were used
 * longest ago go when all together take more than `limitBytes`.
 */
export class RowCache {
  private readonly folder: string;
  private readonly limitBytes: number;
  private written = 0;

  constructor(folder: string, limitBytes = cacheLimitBytes()) {
    this.folder = folder;
    this.limitBytes = limitBytes;
  }

  /** @param parts  JSON values that together decide the rows */
  keyOf(...parts: readonly unknown[]): string {
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  /** @param length  floats expected */
  async read(key: string, length: number): Promise<Float32Array | undefined> {
    const path = this.path(key);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined || bytes.length !== HASH_BYTES + 4 * length) return undefined;
    const body = bytes.subarray(HASH_BYTES);
    if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, HASH_BYTES))) return undefined;
    const rows = new Float32Array(length);
    body.copy(Buffer.from(rows.buffer));
    const now = new Date();
    // Somebody may have thrown it away meanwhile.
    await utimes(path, now, now).catch(() => {});
    return rows;
  }

  async write(key: string, rows: Float32Array): Promise<void> {
    const body = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
    await mkdir(this.folder, { recursive: true });
    await writeFileAtomic(this.path(key), Buffer.concat([createHash('sha256').update(body).digest(), body]));
    this.written += body.length;
    if (this.written < Math.min(CHECK_EVERY_BYTES, this.limitBytes / 8)) return;
    this.written = 0;
    await this.shrink();
  }

  async usage(): Promise<CacheUsage> {
    const files = await this.files();
    return {
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      oldest: files[0] ? new Date(files[0].usedMs) : null,
    };
  }

  /** Throws everything away; returns what there was. */
  async clear(): Promise<CacheUsage> {
    const before = await this.usage();
    for (const { path } of await this.files()) await rm(path, { force: true });
    return before;
  }

  private async shrink(): Promise<void> {
    const files = await this.files();
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes <= this.limitBytes) return;
    for (const file of files) {
      if (bytes <= KEPT_SHARE * this.limitBytes) return;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
  }

  /** Those that were used longest ago come first. */
  private async files(): Promise<{ path: string; bytes: number; usedMs: number }[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith(SUFFIX))
        .map(async (name) => {
          const path = join(this.folder, name);
          // Gone since the folder was read: another process shrinks it too.
          const known = await stat(path).catch(() => undefined);
          return known ? [{ path, bytes: known.size, usedMs: known.mtimeMs }] : [];
        }),
    );
    return found.flat().sort((a, b) => a.usedMs - b.usedMs);
  }

  private path(key: string): string {
    return join(this.folder, `${key}${SUFFIX}`);
  }
}
