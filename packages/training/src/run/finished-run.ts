import { copyFile, readFile, rename, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PROTOCOLS, ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';
import type { Corpus } from '../corpus/corpus.js';
import { recipeSchema } from '../recipes/recipe.js';
import { RUN_FILES, RunFolder } from './run-folder.js';
import type { RunResult } from './train-options.js';
import { trainRun } from './train-run.js';

const resultSchema = z.looseObject({
  recipe: z.string(),
  protocol: z.string(),
  accuracy: z.number(),
  uar: z.number(),
  judgement: z.looseObject({ evaluation: z.looseObject({}), labels: z.array(z.string()) }),
});

/**
 * What a finished run found, read from its folder; file names in it are those of the folder as it lies now.
 *
 * @returns undefined where no run has finished
 * @throws ProsodiaError CHECKPOINT when the result is not one, or is `required` and not there
 */
export async function readRunResult(runDir: string, options: { required: true }): Promise<RunResult>;
export async function readRunResult(runDir: string): Promise<RunResult | undefined>;
export async function readRunResult(
  runDir: string,
  options: { required?: boolean } = {},
): Promise<RunResult | undefined> {
  const folder = new RunFolder(resolve(runDir));
  const text = await readFile(folder.file('result'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (!options.required) return undefined;
    throw new ProsodiaError(
      'CHECKPOINT',
      `Expected a finished run in ${runDir} but found no ${RUN_FILES.result}`,
    );
  }
  const value = parseWith(
    resultSchema,
    parseJson(text, folder.file('result')),
    folder.file('result'),
    'CHECKPOINT',
  );
  const result = value as unknown as RunResult;
  return {
    ...result,
    folder: folder.path,
    modelPath: result.modelPath === null ? null : folder.file('model'),
  };
}

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
  if (options.out !== undefined) {
    const temporary = `${options.out}.${process.pid}.tmp`;
    await copyFile(folder.file('model'), temporary);
    await rename(temporary, options.out);
  }
  return { model, bytes: (await stat(model)).size, bestEpoch: result.bestEpoch };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProsodiaError('CHECKPOINT', `${path} is not JSON`, { cause });
  }
}
