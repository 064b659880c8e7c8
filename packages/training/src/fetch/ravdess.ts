import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type LongCallOptions, type Progress, ProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { type DownloadOptions, downloadFile, type RemoteFile } from './download.js';
import { type UnpackLimits, unpackZip } from './unpack.js';

/**
 * RAVDESS's speech, audio only, as published: record 1188976 of Zenodo (doi:10.5281/zenodo.1188976), version
 * 1.0.0. Size and MD5 are those the record lists.
 */
export const RAVDESS_SPEECH: RemoteFile = {
  url: 'https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1',
  bytes: 208_468_073,
  md5: 'bc696df654c87fed845eb13823edef8a',
};

const CITATION =
  'Livingstone SR, Russo FA (2018) The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS). PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391';
const LICENCE = 'CC BY-NC-SA 4.0';
const SOURCE_FILE = 'SOURCE.json';

export interface FetchProgress extends Progress {
  /** `download` counts bytes, `unpack` files. */
  readonly phase: 'download' | 'unpack';
}

export interface FetchOptions
  extends Omit<LongCallOptions, 'onProgress'>,
    Pick<DownloadOptions, 'attempts' | 'retryDelayMs' | 'stallMs'> {
  /** Where `Actor_01` … `Actor_24` go: a new or empty folder. The archive is kept beside it while it comes. */
  readonly outDir: string;
  /** A mirror of the same archive. */
  readonly url?: string;
  /** Another archive of RAVDESS's files, with its size and MD5. */
  readonly archive?: RemoteFile;
  readonly limits?: UnpackLimits;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
}

export interface FetchedCorpus {
  readonly outDir: string;
  readonly recordings: number;
  readonly licence: string;
  /** True when the corpus was already there and nothing was downloaded. */
  readonly reused: boolean;
}

/**
 * Downloads RAVDESS's speech recordings (208 MB) and unpacks them (0.6 GB).
 *
 * An interrupted call goes on where it was when repeated. The folder appears only when everything in it is
 * checked and complete. The recordings are licensed CC BY-NC-SA 4.0: not for commercial use.
 *
 * @throws ProsodiaError CORPUS (server, checksum, archive, or a folder that holds something else), LIMIT,
 * INVALID_ARGUMENT (url), ABORTED
 */
export async function fetchRavdess(options: FetchOptions): Promise<FetchedCorpus> {
  const outDir = resolve(options.outDir);
  const remote: RemoteFile = {
    ...(options.archive ?? RAVDESS_SPEECH),
    ...(options.url === undefined ? {} : { url: options.url }),
  };
  const there = await existing(outDir, remote);
  if (there !== null) return { outDir, recordings: there, licence: LICENCE, reused: true };

  const parent = dirname(outDir);
  await mkdir(parent, { recursive: true });
  const archive = join(parent, `${basename(outDir)}.zip`);
  await downloadFile(remote, archive, {
    ...options,
    onProgress: (progress) => options.onProgress?.({ phase: 'download', ...progress }),
  });
  const work = await mkdtemp(join(parent, `${basename(outDir)}.unpacking-`));
  try {
    const recordings = await unpackRecordings(archive, work, remote, options);
    await rmdir(outDir).catch(() => undefined);
    await rename(work, outDir);
    await rm(archive, { force: true });
    return { outDir, recordings, licence: LICENCE, reused: false };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpackRecordings(
  archive: string,
  work: string,
  remote: RemoteFile,
  options: FetchOptions,
): Promise<number> {
  const files = await unpackZip(archive, work, {
    signal: options.signal,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    onProgress: (progress) => options.onProgress?.({ phase: 'unpack', ...progress }),
  });
  const recordings = files.filter((file) => /(^|\/)03-01(-\d\d){5}\.wav$/i.test(file)).length;
  if (recordings === 0)
    throw new ProsodiaError(
      'CORPUS',
      `Expected recordings named as RAVDESS names them in ${remote.url} but found ${files.slice(0, 3).join(', ') || 'no file'}`,
    );
  const source = { name: 'RAVDESS', ...remote, recordings, licence: LICENCE, citation: CITATION };
  await writeFileAtomic(join(work, SOURCE_FILE), `${JSON.stringify(source, null, 2)}\n`);
  return recordings;
}

/** How many recordings an earlier call left in the folder; null when it is new or empty. */
async function existing(outDir: string, remote: RemoteFile): Promise<number | null> {
  let names: string[];
  try {
    names = await readdir(outDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ProsodiaError('CORPUS', `Expected a folder for ${outDir}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (names.length === 0) return null;
  const source = await readFile(join(outDir, SOURCE_FILE), 'utf8')
    .then((text) => JSON.parse(text) as { md5?: unknown; recordings?: unknown })
    .catch(() => null);
  if (source?.md5 === remote.md5 && typeof source.recordings === 'number') return source.recordings;
  throw new ProsodiaError(
    'CORPUS',
    `Expected a new or empty folder for the download but ${outDir} holds ${names.slice(0, 3).join(', ')}`,
  );
}
