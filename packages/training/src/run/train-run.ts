import { resolve } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { relativePaths } from '../corpus/relative-paths.js';
import { type LoadedTensorflow, loadTensorflow } from '../engine/backend.js';
import { createEngine, selectEngine } from '../engine/create-engine.js';
import type { EngineChoice, TrainingEngine } from '../engine/engine.js';
import { applyTemperature, type Calibration, fitTemperature } from '../evaluate/calibration.js';
import { caveatOf } from '../evaluate/caveat.js';
import { type Judgement, judge, type Predictions, toPredictions } from '../evaluate/judge.js';
import { type ExportResult, exportOnnx } from '../export/index.js';
import { networkParts, networkSizes } from '../export/network.js';
import type { FitResult } from '../fit/fit.js';
import { modelWeights } from '../fit/model-weights.js';
import { buildModel } from '../models/build-model.js';
import { describeNetwork, modelSummary, type NetworkDescription } from '../models/model-summary.js';
import { engineOptions } from '../recipes/engine-options.js';
import { resolveRecipe } from '../recipes/index.js';
import type { Recipe } from '../recipes/recipe.js';
import { rowSizeOf } from '../rows/row-table.js';
import { crossValidate } from './cross-validate.js';
import { fitRun } from './fit-run.js';
import { limitsOf, makeCard } from './make-card.js';
import { identityOf, type ProtocolPlan, protocolPlan } from './protocol-plan.js';
import { RunFolder } from './run-folder.js';
import { softwareVersions } from './software.js';
import { prepareData, type TrainData } from './train-data.js';
import type { RunResult, TrainRunOptions } from './train-options.js';

/** Held-out rows the exported file is compared on. */
const CHECK_ROWS = 256;

/** One run while it is under way. */
interface Run {
  readonly options: TrainRunOptions;
  readonly recipe: Recipe;
  readonly plan: ProtocolPlan;
  readonly folder: RunFolder;
  readonly loaded: LoadedTensorflow;
  readonly data: TrainData;
  readonly model: tf.LayersModel;
  readonly engine: TrainingEngine;
}

/**
 * Trains a recipe on a corpus and judges it: rows, split, scaler, fit, evaluation, export, all of it in one folder.
 *
 * The same options give the same weights, byte for byte, on the same machine; so does a run that was interrupted,
 * even killed, and resumed. With `fold: 'all'` every fold is trained and the test sides are pooled.
 *
 * @throws ProsodiaError ABORTED (resume goes on), CORPUS, INVALID_ARGUMENT, CHECKPOINT, MODEL
 * @example
 * const corpus = await loadCorpus('/data/ravdess');
 * const { uar, modelPath } = await trainRun({ recipe: 'paper-final', corpus, outDir: 'runs/first' });
 */
export async function trainRun(options: TrainRunOptions): Promise<RunResult> {
  if (options.fold === 'all') return crossValidate(options, trainRun);
  const recipe = resolveRecipe(options.recipe);
  const plan = protocolPlan(options);
  const folder = new RunFolder(resolve(options.outDir));
  await folder.claim(options.resume ?? false);
  const loaded = await loadFor(options.engine ?? 'auto', options);
  const data = await prepareData(options, recipe, plan);
  const model = buildModel(
    loaded.tf,
    recipe.model,
    { rowShape: data.input.shape, classes: data.labels.length },
    plan.seed,
  );
  try {
    const engine = await makeEngine(options, recipe, data, model, plan.seed);
    try {
      return await perform({ options, recipe, plan, folder, loaded, data, model, engine });
    } finally {
      engine.dispose();
    }
  } finally {
    model.dispose();
  }
}

async function perform(run: Run): Promise<RunResult> {
  const { options, recipe, plan, folder, data, model, engine } = run;
  const emit = options.onEvent ?? (() => {});
  const network = describeNetwork(model);
  emit({
    kind: 'model',
    summary: modelSummary(model),
    parameters: network.parameters,
    engine: engine.name,
  });
  const { epochs: _, ...identified } = recipe;
  const identity = identityOf(identified, data.split.hash, data.rowsHash, plan.seed, engine.name);
  const software = softwareVersions(run.loaded.tf);
  await folder.begin(configOf(run, identity, software, network));
  const weights = modelWeights(run.loaded.tf, model);
  const fitted = await fitRun({ ...run, weights, seed: plan.seed, identity });
  const { predictions, judgement, calibration } = await evaluate(run);
  emit({ kind: 'phase', phase: 'export' });
  const { embeddingSize } = networkSizes(networkParts(model));
  const exported = await exportOnnx({
    model,
    card: makeCard({
      ...{ recipe, data, network, embeddingSize, calibration, judgement, fitted, software },
      engine: engine.name,
      seed: plan.seed,
    }),
    scaler: data.scaler,
    checkRows: data.rawTest.subarray(0, CHECK_ROWS * rowSizeOf(data.input.shape)),
    path: folder.file('model'),
  });
  await folder.write('predictions', predictions);
  await folder.write('evaluation', { ...judgement, calibration });
  const result = resultOf(run, network.parameters, fitted, judgement, exported);
  await folder.write('result', result);
  emit({ kind: 'result', result });
  return result;
}

async function evaluate({ options, plan, data, engine }: Run): Promise<{
  readonly predictions: Predictions;
  readonly judgement: Judgement;
  readonly calibration: Calibration;
}> {
  options.onEvent?.({ kind: 'phase', phase: 'evaluate' });
  const { labels, corpus, split, summary } = data;
  const validated = await engine.predict(data.validation.inputs);
  const side = split.validationIsTest ? 'validation (also test)' : 'validation';
  const calibration = fitTemperature(validated, data.validation.classes, labels.length, side);
  const tested = await engine.predict(data.test.inputs);
  const paths = relativePaths(corpus.recordings);
  const rows = split.test.map(({ recording, variant }) => {
    const { speaker, emotion } = corpus.recordings[recording]!;
    return { path: paths[recording]!, speaker, variant, truth: emotion };
  });
  const calibrated = applyTemperature(tested, labels.length, calibration.temperature);
  const predictions = toPredictions(calibrated, rows, labels);
  const caveat = caveatOf(summary.caveat, corpus.synthetic);
  const judgement = judge(predictions, { protocol: summary.protocol, caveat, seed: plan.seed });
  return { predictions, judgement, calibration };
}

/** TensorFlow.js holds the model under every engine; which backend it runs on is the choice's affair. */
async function loadFor(choice: EngineChoice, options: TrainRunOptions): Promise<LoadedTensorflow> {
  const onFallback = (message: string) => options.onEvent?.({ kind: 'note', message });
  return choice === 'tensorflow' || choice === 'wasm'
    ? loadTensorflow({ backend: choice, onFallback })
    : loadTensorflow({ onFallback });
}

async function makeEngine(
  options: TrainRunOptions,
  recipe: Recipe,
  data: TrainData,
  model: tf.LayersModel,
  seed: number,
): Promise<TrainingEngine> {
  const choice = await selectEngine(options.engine ?? 'auto', model);
  const rows = { ...data.train, rowShape: data.input.shape, classCount: data.labels.length };
  return createEngine(choice, model, rows, engineOptions(recipe, seed, options.threads));
}

function configOf(
  { options, recipe, plan, data, engine }: Run,
  identity: string,
  software: object,
  network: NetworkDescription,
) {
  const { name, report, synthetic, licence } = data.corpus;
  return {
    recipe,
    epochs: options.epochs ?? recipe.epochs,
    corpus: {
      name,
      recordings: data.corpus.recordings.length,
      speakers: report.speakers,
      synthetic,
      licence,
    },
    labels: data.labels,
    split: data.summary,
    plan,
    engine: engine.name,
    problems: data.problems,
    identity,
    software,
    network,
    limits: limitsOf(data.corpus, data.summary.trainSpeakers.length, data.summary.caveat),
  };
}

function resultOf(
  { recipe, plan, folder, data, engine }: Run,
  parameters: number,
  fitted: FitResult,
  judgement: Judgement,
  exported: ExportResult,
): RunResult {
  const seconds = fitted.history.map((record) => record.seconds).sort((a, b) => a - b);
  return {
    folder: folder.path,
    recipe: recipe.name,
    protocol: judgement.evaluation.protocol,
    caveat: judgement.evaluation.caveat,
    seed: plan.seed,
    engine: engine.name,
    parameters,
    epochs: fitted.history.length,
    bestEpoch: fitted.bestEpoch,
    // An aborted fit does not come here: it throws.
    ended: fitted.ended === 'patience' ? 'patience' : 'epochs',
    secondsPerEpoch: seconds[Math.floor(seconds.length / 2)] ?? 0,
    accuracy: judgement.evaluation.accuracy.value,
    uar: judgement.evaluation.uar.value,
    judgement,
    modelPath: folder.file('model'),
    exportDifference: exported.maxAbsDifference,
    problems: data.problems,
    foldResults: [],
  };
}
