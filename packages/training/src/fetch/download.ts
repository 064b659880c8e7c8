import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProsodiaError, type LongCallOptions, ProsodiaError } from '@prosodia/contracts';

/** What is downloaded, and how to tell that it is that. */
export interface RemoteFile {
  readonly url: string;
  /** Exact size; a server that sends more is cut off. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly md5: string;
}

export interface DownloadOptions extends LongCallOptions {
  /** Attempts in a row that bring no byte before giving up; 5 unless given. */
  readonly attempts?: number;
  /** Pause after the first such attempt, doubling with each; 1,000 unless given. */
  readonly retryDelayMs?: number;
  /** An attempt is given up when nothing arrives for so long; 30,000 unless given. */
  readonly stallMs?: number;
}

/**
 * Downloads a file to `file`, by way of `file.part`, which a later call continues (HTTP Range).
 *
 * @throws ProsodiaError CORPUS (an answer that will not change, too many failures in a row, another size or
 * checksum), ABORTED
 */
export async function downloadFile(
  remote: RemoteFile,
  file: string,
  options: DownloadOptions = {},
): Promise<void> {
  requireHttp(remote.url);
  // Left by a call that was stopped after the download.
  if ((await sizeOf(file)) === remote.bytes && (await md5Of(file, options.signal)) === remote.md5) return;
  const part = `${file}.part`;
  const resumed = (await sizeOf(part)) > 0;
  await completePart(remote, part, options);
  if ((await md5Of(part, options.signal)) !== remote.md5.toLowerCase()) {
    await rm(part, { force: true });
    // What an earlier call left may have been the part that was wrong; what came in one piece is not worth a second try.
    if (!resumed) throw new ProsodiaError('CORPUS', wrongChecksum(remote));
    await completePart(remote, part, options);
    if ((await md5Of(part, options.signal)) !== remote.md5.toLowerCase()) {
      await rm(part, { force: true });
      throw new ProsodiaError('CORPUS', wrongChecksum(remote));
    }
  }
  await rename(part, file);
}

async function completePart(remote: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const { attempts = 5, retryDelayMs = 1000, signal } = options;
  let failures = 0;
  for (;;) {
    throwIfAborted(signal);
    const before = await sizeOf(part);
    if (before === remote.bytes) return;
    if (before > remote.bytes) await rm(part);
    try {
      await attempt(remote, part, options);
      if ((await sizeOf(part)) === remote.bytes) return;
      throw new Error('the connection ended early');
    } catch (error) {
      throwIfAborted(signal);
      if (isProsodiaError(error)) throw error;
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (failures >= attempts)
        throw new ProsodiaError(
          'CORPUS',
          `Expected ${remote.bytes} bytes from ${remote.url} but gave up after ${failures} failures in a row: ${reasonOf(error)}. What has arrived is kept; the same call goes on from there`,
          { cause: error },
        );
      const pause = Math.max(retryDelayMs * 2 ** (failures - 1), retryAfterMs(error));
      await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }
}

class BusyError extends Error {
  constructor(
    status: number,
    readonly retryAfterMs: number,
  ) {
    super(`the server answered ${status}`);
  }
}

async function attempt(remote: RemoteFile, part: string, options: DownloadOptions): Promise<void> {
  const stalled = new AbortController();
  const signals = [stalled.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const stallMs = options.stallMs ?? 30_000;
  const watch = setTimeout(() => {
    stalled.abort(new Error(`nothing arrived for ${stallMs / 1000} s`));
  }, stallMs);
  try {
    const have = await sizeOf(part);
    const response = await fetch(remote.url, {
      headers: { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
      signal: AbortSignal.any(signals),
    });
    const start = await startOf(response, have, remote, part);
    const out = await open(part, start > 0 ? 'a' : 'w');
    try {
      await receive(response, out, start, remote, options, () => watch.refresh());
      await out.sync();
    } finally {
      await out.close();
    }
  } finally {
    clearTimeout(watch);
  }
}

/** Where the answer's bytes belong: behind what is there, or at 0 when the server does not know ranges. */
async function startOf(response: Response, have: number, remote: RemoteFile, part: string): Promise<number> {
  if (response.status === 206) {
    const from = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);
    if (from === have) return have;
    await response.body?.cancel();
    throw new ProsodiaError(
      'CORPUS',
      `Expected bytes from ${have} of ${remote.url} but received ${response.headers.get('content-range')}`,
    );
  }
  if (response.status === 200) return 0;
  await response.body?.cancel();
  if (response.status === 416) {
    // What is there is no beginning of what the server has.
    await rm(part, { force: true });
    throw new BusyError(416, 0);
  }
  if (response.status === 408 || response.status === 429 || response.status >= 500)
    throw new BusyError(response.status, 1000 * Number(response.headers.get('retry-after') ?? 0) || 0);
  throw new ProsodiaError(
    'CORPUS',
    `Expected the archive at ${remote.url} but the server answered ${response.status} ${response.statusText}`.trim(),
  );
}

async function receive(
  response: Response,
  out: FileHandle,
  start: number,
  remote: RemoteFile,
  options: DownloadOptions,
  onBytes: () => void,
): Promise<void> {
  let done = start;
  let told = 0;
  for await (const chunk of response.body ?? []) {
    onBytes();
    done += chunk.length;
    if (done > remote.bytes)
      throw new ProsodiaError('CORPUS', `Expected ${remote.bytes} bytes from ${remote.url} but more came`);
    await out.write(chunk);
    if (Date.now() - told < 200 && done < remote.bytes) continue;
    told = Date.now();
    options.onProgress?.({ done, total: remote.bytes });
  }
}

async function md5Of(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file)) {
    throwIfAborted(signal);
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

function requireHttp(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected an http or https address for url but received ${url}`,
  );
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new ProsodiaError('ABORTED', 'The download was stopped; what has arrived is kept', {
      cause: signal.reason,
    });
}

function wrongChecksum(remote: RemoteFile): string {
  return `Expected MD5 ${remote.md5} for ${remote.url} but what arrived has another: it was removed`;
}

function retryAfterMs(error: unknown): number {
  return error instanceof BusyError ? Math.min(error.retryAfterMs, 60_000) : 0;
}

// fetch says only "fetch failed"; the reason is its cause.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => found.size,
    () => 0,
  );
}
