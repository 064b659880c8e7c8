import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.js';

const KEPT = 2;
const NAME = /^epoch-(\d{6})\.ckpt$/;
/** What a run that was killed while it wrote one leaves behind. */
const HALF_WRITTEN = /^epoch-\d{6}\.ckpt\.\d+$/;

/** The checkpoints of one run: one file an epoch, the newest two kept. */
export class CheckpointStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const name = `epoch-${String(checkpoint.epoch).padStart(6, '0')}.ckpt`;
    await writeFileAtomic(join(this.folder, name), encodeCheckpoint(checkpoint));
    const surplus = (await this.names()).slice(KEPT);
    await Promise.all(surplus.map((old) => rm(join(this.folder, old), { force: true })));
  }

  /**
   * The newest checkpoint that is whole; half-written files of a killed run are cleared away.
   *
   * @param identity   of the run that asks
   * @param onDamaged  hears of every newer checkpoint that could not be read
   * @returns undefined when there is none
   * @throws ProsodiaError CHECKPOINT when there are some but none is whole, or they belong to another run
   */
  async newest(identity: string, onDamaged: (message: string) => void): Promise<Checkpoint | undefined> {
    await this.clearTemporary();
    const names = await this.names();
    for (const name of names) {
      const checkpoint = await this.read(name, onDamaged);
      if (!checkpoint) continue;
      if (checkpoint.identity !== identity)
        throw new ProsodiaError(
          'CHECKPOINT',
          `Expected checkpoints of this run in ${this.folder} but they were made with another recipe, corpus, ` +
            'split, seed or engine; choose another folder for a new run',
        );
      return checkpoint;
    }
    if (names.length === 0) return undefined;
    throw new ProsodiaError(
      'CHECKPOINT',
      `Expected a whole checkpoint in ${this.folder} but all ${names.length} are damaged`,
    );
  }

  private async read(name: string, onDamaged: (message: string) => void): Promise<Checkpoint | undefined> {
    const path = join(this.folder, name);
    try {
      return decodeCheckpoint(await readFile(path), path);
    } catch (error) {
      onDamaged((error as Error).message);
      return undefined;
    }
  }

  /** Newest first. */
  private async names(): Promise<string[]> {
    const entries = await readdir(this.folder).catch(() => [] as string[]);
    return entries.filter((name) => NAME.test(name)).sort((a, b) => (a < b ? 1 : -1));
  }

  private async clearTemporary(): Promise<void> {
    const entries = await readdir(this.folder).catch(() => [] as string[]);
    const left = entries.filter((name) => HALF_WRITTEN.test(name));
    await Promise.all(left.map((name) => rm(join(this.folder, name), { force: true })));
  }
}
