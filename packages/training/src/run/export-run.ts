import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PROTOCOLS, ProsodiaError, parseWith } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { Corpus } from '../corpus/corpus.js';
import { recipeSchema } from '../recipes/recipe.js';
import { RUN_FILES, RunFolder } from './run-folder.js';
import { parseJson } from './run-result.js';
import { trainRun } from './train-run.js';

const configSchema = z.looseObject({
  recipe: recipeSchema,
  identity: z.string(),
  plan: z.strictObject({
    protocol: z.enum(PROTOCOLS),
    folds: z.number().int(),
    fold: z.number().int(),
    seed: z.number().int(),
    testSpeakers: z.array(z.string()).optional(),
    validationSpeakers: z.array(z.string()).optional(),
  }),
  engine: z.enum(['native', 'tensorflow', 'wasm']),
});

export interface ExportRunOptions {
  readonly runDir: string;
  /** The corpus the run was trained on: the exported file is judged and checked on its held-out side. */
  readonly corpus: Corpus;
  /** A copy of the file; only the run's own unless given. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Exports the best weights of a run, finished or stopped, as one judged ONNX file.
 *
 * @throws ProsodiaError CHECKPOINT when there is nothing to export; whatever `trainRun` throws
 */
export async function exportRun(
  options: ExportRunOptions,
): Promise<{ readonly model: string; readonly bytes: number; readonly bestEpoch: number }> {
  const folder = new RunFolder(resolve(options.runDir));
  const path = folder.file('config');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new ProsodiaError(
      'CHECKPOINT',
      `Expected a run in ${options.runDir} but found no ${RUN_FILES.config}`,
    );
  const { recipe, identity, plan, engine } = parseWith(
    configSchema,
    parseJson(text, path),
    path,
    'CHECKPOINT',
  );
  const checkpoint = await folder.checkpoints.newest(identity, () => {});
  if (!checkpoint)
    throw new ProsodiaError(
      'CHECKPOINT',
      `Expected a checkpoint in ${options.runDir} but no epoch was finished`,
    );
  // With no epoch left to train, going on with the run is judging and exporting it.
  const result = await trainRun({
    ...plan,
    ...{ recipe, engine, corpus: options.corpus, outDir: folder.path, resume: true },
    epochs: checkpoint.epoch,
    signal: options.signal,
  });
  const model = options.out ?? folder.file('model');
  if (options.out !== undefined) await writeFileAtomic(options.out, await readFile(folder.file('model')));
  return { model, bytes: (await stat(model)).size, bestEpoch: result.bestEpoch };
}
