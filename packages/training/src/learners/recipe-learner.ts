import type * as tf from '@tensorflow/tfjs';
import { loadTensorflow } from '../engine/backend.js';
import { createEngine } from '../engine/create-engine.js';
import type { TrainingEngine } from '../engine/engine.js';
import { applyTemperature, fitTemperature } from '../evaluate/calibration.js';
import { type Scaler, scaleRows } from '../export/network.js';
import { fit } from '../fit/fit.js';
import { modelWeights } from '../fit/model-weights.js';
import { buildModel } from '../models/build-model.js';
import type { FittedLearner, Learner, LearnerOptions } from '../protocol/learner.js';
import type { TestSide, TrainingSide } from '../protocol/side.js';
import { engineOptions } from '../recipes/engine-options.js';
import type { Recipe } from '../recipes/recipe.js';
import { fitScaler } from '../rows/fit-scaler.js';
import { networkInputOf } from '../rows/network-input.js';
import type { LabelledRows } from '../rows/row-table.js';

const INPUT = 'input';

/** One part in five of the training side chooses the epoch and the temperature. */
const VALIDATION_PARTS = 5;

/** A recipe of a network as a learner: nothing is known of the speaker it is tested on. */
export function recipeLearner(recipe: Recipe): Learner {
  return {
    name: recipe.name,
    identity: ['recipe', 1, recipe],
    inputs: { [INPUT]: networkInputOf(recipe) },
    copies: recipe.augmentation,
    tracks: ['nothing'],
    fit: (train, options) => fitRecipe(recipe, train, options),
  };
}

async function fitRecipe(
  recipe: Recipe,
  train: TrainingSide,
  options: LearnerOptions,
): Promise<FittedLearner> {
  const { labels, seed, signal } = options;
  const inner = train.innerFolds(VALIDATION_PARTS, seed)[0]!;
  const raw = allCopies(inner.train);
  const { rowShape } = inner.train.rows(INPUT);
  const columns = networkInputOf(recipe).summary === 'mean' ? rowShape[0]! : rowShape.at(-1)!;
  const scaler = recipe.standardize ? fitScaler(raw.inputs, columns) : undefined;
  const rows = { ...raw, inputs: scaleRows(raw.inputs, scaler) };
  const validation = {
    inputs: scaleRows(inner.validation.rows(INPUT).inputs, scaler),
    classes: inner.validation.classes,
  };
  const loaded = await loadTensorflow();
  const model = buildModel(loaded.tf, recipe.model, { rowShape, classes: labels.length }, seed);
  const engine = await createEngine(
    'auto',
    model,
    { ...rows, rowShape, classCount: labels.length },
    engineOptions(recipe, seed, 1),
  );
  await fit({
    engine,
    weights: modelWeights(loaded.tf, model),
    trainRows: rows.classes.length,
    classes: labels.length,
    validation,
    epochs: recipe.epochs,
    patience: recipe.patience,
    monitor: recipe.monitor,
    seed,
    identity: recipe.name,
    signal,
    onEpoch: async () => {},
  });
  const validated = await engine.predict(validation.inputs);
  const { temperature } = fitTemperature(validated, validation.classes, labels.length, 'validation');
  return new FittedRecipe(model, engine, scaler, temperature, labels.length);
}

/** A clip and its copies are rows of their own. */
function allCopies(side: TrainingSide): LabelledRows {
  const parts = Array.from({ length: 1 + side.clips.copies }, (_, copy) => side.rows(INPUT, copy).inputs);
  const inputs = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  const classes = new Int32Array(side.length * parts.length);
  for (const [copy, part] of parts.entries()) {
    inputs.set(part, copy * part.length);
    classes.set(side.classes, copy * side.length);
  }
  return { inputs, classes };
}

class FittedRecipe implements FittedLearner {
  constructor(
    private readonly model: tf.LayersModel,
    private readonly engine: TrainingEngine,
    private readonly scaler: Scaler | undefined,
    private readonly temperature: number,
    private readonly classes: number,
  ) {}

  async predict(test: TestSide): Promise<Float32Array> {
    const rows = await this.engine.predict(scaleRows(test.rows(INPUT).inputs, this.scaler));
    return applyTemperature(rows, this.classes, this.temperature);
  }

  dispose(): void {
    this.engine.dispose();
    this.model.dispose();
  }
}
