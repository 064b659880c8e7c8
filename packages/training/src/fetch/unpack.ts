import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { isProsodiaError, type LongCallOptions, ProsodiaError } from '@prosodia/contracts';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** What an archive may be at most. */
export interface UnpackLimits {
  readonly entries: number;
  readonly bytesPerFile: number;
  readonly totalBytes: number;
}

/** RAVDESS's speech has 1,440 files of some 0.4 MB, 0.6 GB in all. */
export const UNPACK_LIMITS: UnpackLimits = {
  entries: 10_000,
  bytesPerFile: 64 * 2 ** 20,
  totalBytes: 4 * 2 ** 30,
};

/**
 * Unpacks a ZIP archive into an empty folder.
 *
 * Archives are untrusted: only plain files and folders, under names that stay inside, each once, of the size
 * and CRC-32 that the archive declares, within the limits. Sizes are counted as data comes, not believed.
 *
 * @returns the paths of the files, relative, with `/`
 * @throws ProsodiaError CORPUS (a broken or evil archive: which entry, which rule), LIMIT, ABORTED
 */
export async function unpackZip(
  archive: string,
  folder: string,
  options: LongCallOptions & { readonly limits?: UnpackLimits } = {},
): Promise<string[]> {
  const { limits = UNPACK_LIMITS, signal, onProgress } = options;
  const files: string[] = [];
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { strictFileNames: true });
    let total = 0;
    let seen = 0;
    if (zip.entryCount > limits.entries)
      throw tooMuch(archive, `${zip.entryCount} entries`, `${limits.entries} entries`);
    for await (const entry of zip.eachEntry()) {
      throwIfAborted(signal);
      const isFolder = requirePlain(archive, entry);
      if (isFolder) {
        await mkdir(join(folder, entry.fileName), { recursive: true });
      } else {
        total += entry.uncompressedSize;
        if (entry.uncompressedSize > limits.bytesPerFile || total > limits.totalBytes)
          throw tooMuch(
            archive,
            `${entry.fileName} with ${entry.uncompressedSize} bytes (${total} so far)`,
            `${limits.bytesPerFile} bytes a file and ${limits.totalBytes} in all`,
          );
        await writeEntry(zip, entry, join(folder, entry.fileName), signal);
        files.push(entry.fileName);
      }
      seen++;
      onProgress?.({ done: seen, total: zip.entryCount });
    }
    return files;
  } catch (error) {
    if (isProsodiaError(error)) throw error;
    throw new ProsodiaError('CORPUS', `Expected a sound ZIP archive in ${archive}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    zip?.close();
  }
}

// yauzl has refused absolute names, `..` and backslashes by now (strictFileNames); the rest is ours.
function requirePlain(archive: string, entry: Entry): boolean {
  const name = entry.fileName;
  const refuse = (why: string) => {
    throw new ProsodiaError(
      'CORPUS',
      `Expected plain files in ${archive} but ${JSON.stringify(name)} ${why}`,
    );
  };
  const segments = name.replace(/\/$/, '').split('/');
  if (segments.some((part) => part === '' || part === '.' || part === '..' || /[\p{Cc}:\\]/u.test(part)))
    refuse('has a name that is not allowed');
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  const isFolder = name.endsWith('/');
  if (kind !== 0 && kind !== (isFolder ? 0o040000 : 0o100000)) refuse('is a link or a special file');
  if (entry.isEncrypted()) refuse('is encrypted');
  if (!isFolder && !entry.canDecodeFileData())
    refuse(`uses compression method ${entry.compressionMethod}, which is not supported`);
  return isFolder;
}

async function writeEntry(
  zip: ZipFile,
  entry: Entry,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // `wx`: a name that comes twice, in whatever case, is an error and not a silent replacement.
  const out = await open(path, 'wx');
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    let checksum = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      checksum = crc32(chunk, checksum);
      await out.write(chunk);
    }
    if (checksum !== entry.crc32)
      throw new ProsodiaError(
        'CORPUS',
        `Expected CRC-32 ${entry.crc32} for ${entry.fileName} but its data has ${checksum}`,
      );
    await out.sync();
  } finally {
    await out.close();
  }
}

function tooMuch(archive: string, found: string, allowed: string): ProsodiaError {
  return new ProsodiaError('LIMIT', `Expected at most ${allowed} in ${archive} but found ${found}`);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ProsodiaError('ABORTED', 'Unpacking was stopped', { cause: signal.reason });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
