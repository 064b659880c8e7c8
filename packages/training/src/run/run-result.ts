import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import { z } from 'zod';
import { RUN_FILES, RunFolder } from './run-folder.js';
import type { RunResult } from './train-options.js';

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

/** @throws ProsodiaError CHECKPOINT naming the file */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProsodiaError('CHECKPOINT', `${path} is not JSON`, { cause });
  }
}
