import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';

export interface ZipMember {
  readonly name: string;
  readonly data: Buffer;
  /** Unix mode; a plain file unless given. */
  readonly mode?: number;
}

/** A ZIP archive in memory. Names and sizes are as yazl allows; `patched` makes the other kind. */
export async function zipOf(members: readonly ZipMember[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, data, mode } of members) zip.addBuffer(data, name, { mode: mode ?? 0o100644 });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The archive with every occurrence of `from` replaced by `to`, which must be as long: an evil archive. */
export function patched(archive: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error('a patch must not move anything');
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1');
}

/** The archive whose central directory declares another uncompressed size for its first file. */
export function lyingAboutSize(archive: Buffer, bytes: number): Buffer {
  const copy = Buffer.from(archive);
  const entry = copy.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  copy.writeUInt32LE(bytes, entry + 24);
  return copy;
}

/** The archive whose central directory declares another checksum for its first file. */
export function lyingAboutChecksum(archive: Buffer): Buffer {
  const copy = Buffer.from(archive);
  const entry = copy.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  copy.writeUInt32LE(0xdead_beef, entry + 16);
  return copy;
}

export function md5(data: Buffer): string {
  return createHash('md5').update(data).digest('hex');
}
