import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProsodiaError } from '@prosodia/contracts';
import { caveatOf } from '../evaluate/caveat.js';
import { judge, type Prediction, type Predictions } from '../evaluate/judge.js';
import { PROTOCOL_CAVEATS } from '../split/split.js';
import { protocolPlan } from './protocol-plan.js';
import { RUN_FILES, RunFolder } from './run-folder.js';
import { readRunResult } from './run-result.js';
import type { RunResult, TrainRunOptions } from './train-options.js';

/**
 * Trains every fold, one after the other, each in a folder of its own below `outDir`, and judges their test sides
 * together: every recording is tested once, by a model that did not know it.
 *
 * @param train  trains one fold
 * @throws ProsodiaError INVALID_ARGUMENT when test speakers are named as well; whatever a fold throws
 */
export async function crossValidate(
  options: TrainRunOptions,
  train: (options: TrainRunOptions) => Promise<RunResult>,
): Promise<RunResult> {
  if (options.testSpeakers)
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      'Expected either all folds or testSpeakers but received both',
    );
  const { protocol, folds, seed } = protocolPlan(options);
  const folder = new RunFolder(resolve(options.outDir));
  await mkdir(folder.path, { recursive: true });
  const foldResults: RunResult[] = [];
  const parts: Predictions[] = [];
  for (let fold = 0; fold < folds; fold++) {
    options.onEvent?.({ kind: 'fold', fold, folds });
    const outDir = join(folder.path, `fold-${fold}`);
    // A finished fold is read, so that a run that was stopped goes on with the fold it was in.
    const finished = options.resume ? await readRunResult(outDir) : undefined;
    foldResults.push(finished ?? (await train({ ...options, fold, outDir })));
    parts.push(JSON.parse(await readFile(join(outDir, RUN_FILES.predictions), 'utf8')) as Predictions);
  }
  const predictions: Predictions = {
    labels: parts[0]!.labels,
    rows: parts.flatMap(({ rows }): readonly Prediction[] => rows),
  };
  const judgement = judge(predictions, {
    protocol: `${protocol}, ${folds} folds pooled`,
    caveat: caveatOf(PROTOCOL_CAVEATS[protocol], options.corpus.synthetic),
    seed,
  });
  const result = pooledResult(folder.path, foldResults, judgement);
  await folder.write('predictions', predictions);
  await folder.write('evaluation', judgement);
  await folder.write('result', result);
  options.onEvent?.({ kind: 'result', result });
  return result;
}

function pooledResult(
  folder: string,
  foldResults: readonly RunResult[],
  judgement: RunResult['judgement'],
): RunResult {
  const first = foldResults[0]!;
  const seconds = foldResults.map((result) => result.secondsPerEpoch).sort((a, b) => a - b);
  return {
    ...first,
    folder,
    protocol: judgement.evaluation.protocol,
    caveat: judgement.evaluation.caveat,
    epochs: foldResults.reduce((sum, result) => sum + result.epochs, 0),
    bestEpoch: 0,
    ended: 'folds',
    secondsPerEpoch: seconds[Math.floor(seconds.length / 2)]!,
    accuracy: judgement.evaluation.accuracy.value,
    uar: judgement.evaluation.uar.value,
    judgement,
    modelPath: null,
    exportDifference: null,
    foldResults,
  };
}
