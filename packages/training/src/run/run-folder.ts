import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { CheckpointStore } from '../fit/checkpoint-store.js';
import type { EpochRecord } from '../fit/history.js';

/** The files of a run. */
export const RUN_FILES = {
  config: 'config.json',
  metrics: 'metrics.jsonl',
  history: 'history.json',
  predictions: 'predictions.json',
  evaluation: 'evaluation.json',
  result: 'result.json',
  model: 'model.onnx',
  checkpoints: 'checkpoints',
  tensorboard: 'tensorboard',
} as const;

/** One run on disk. */
export class RunFolder {
  readonly path: string;
  readonly checkpoints: CheckpointStore;

  constructor(path: string) {
    this.path = path;
    this.checkpoints = new CheckpointStore(this.file('checkpoints'));
  }

  file(name: keyof typeof RUN_FILES): string {
    return join(this.path, RUN_FILES[name]);
  }

  /**
   * Makes the folder, unless a run is there that nobody asked to resume.
   *
   * @throws ProsodiaError INVALID_ARGUMENT
   */
  async claim(resume: boolean): Promise<void> {
    await mkdir(this.path, { recursive: true });
    if (resume || (await this.readConfig()) === undefined) return;
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a folder without a run for outDir but ${this.path} holds one; resume it or choose another`,
    );
  }

  /**
   * Writes the run's configuration.
   *
   * @throws ProsodiaError CHECKPOINT when the folder holds a run of another identity
   */
  async begin(config: { readonly identity: string }): Promise<void> {
    const existing = await this.readConfig();
    if (existing !== undefined && existing.identity !== config.identity)
      throw new ProsodiaError(
        'CHECKPOINT',
        `Expected the run in ${this.path} to be resumed as it was begun, but recipe, corpus, split, seed or ` +
          'engine differ (see its config.json)',
      );
    await this.writeJson('config', config);
  }

  private async readConfig(): Promise<{ readonly identity?: unknown } | undefined> {
    const text = await readFile(this.file('config'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return { ...(JSON.parse(text) as object) };
    } catch (cause) {
      throw new ProsodiaError('CHECKPOINT', `Expected JSON in ${this.file('config')}`, { cause });
    }
  }

  /** Makes the lines agree with a checkpoint: a killed run may have written one line more, or half of one. */
  async restartMetrics(history: readonly EpochRecord[]): Promise<void> {
    const lines = history.map((record) => `${JSON.stringify(record)}\n`).join('');
    await writeFileAtomic(this.file('metrics'), lines);
  }

  async appendMetrics(record: EpochRecord): Promise<void> {
    await appendFile(this.file('metrics'), `${JSON.stringify(record)}\n`);
  }

  async write(name: 'history' | 'predictions' | 'evaluation' | 'result', value: object): Promise<void> {
    await this.writeJson(name, value);
  }

  /** For people and programs: indented, one newline at the end. */
  private async writeJson(name: keyof typeof RUN_FILES, value: object): Promise<void> {
    await writeFileAtomic(this.file(name), `${JSON.stringify(value, null, 1)}\n`);
  }
}
