import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The name a file has while it is being written. */
export const TEMPORARY_SUFFIX = '.tmp';

/**
 * Writes a file so that, whatever happens, its name holds either the old bytes or all the new ones: written
 * under another name, synced, renamed, and the folder synced.
 */
export async function writeDurably(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${process.pid}${TEMPORARY_SUFFIX}`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** JSON for people and programs: indented, one newline at the end, written durably. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeDurably(path, [Buffer.from(`${JSON.stringify(value, null, 1)}\n`)]);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; there the rename alone has to do.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
