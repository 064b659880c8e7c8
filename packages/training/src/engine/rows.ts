import { ProsodiaError } from '@prosodia/contracts';
import type { EngineOptions, OptimizerOptions, TrainingRows } from './engine.js';

const invalid = (message: string) => new ProsodiaError('INVALID_ARGUMENT', message);

/** Elements of one row. */
export function rowSize(rows: TrainingRows): number {
  return rows.rowShape.reduce((product, extent) => product * extent, 1);
}

/** @throws ProsodiaError INVALID_ARGUMENT naming what does not fit */
export function checkRows(rows: TrainingRows): void {
  const { inputs, rowShape, classes, classCount } = rows;
  if (rowShape.length === 0 || rowShape.some((extent) => !Number.isSafeInteger(extent) || extent < 1)) {
    throw invalid(`Expected positive integers for rowShape but received [${rowShape.join(', ')}]`);
  }
  if (!Number.isSafeInteger(classCount) || classCount < 2) {
    throw invalid(`Expected at least 2 for classCount but received ${classCount}`);
  }
  if (classes.length === 0) throw invalid('Expected at least one row to train on but received none');
  if (inputs.length !== classes.length * rowSize(rows)) {
    throw invalid(
      `Expected ${classes.length} rows × [${rowShape.join(', ')}] = ${classes.length * rowSize(rows)} input values ` +
        `but received ${inputs.length}`,
    );
  }
  const wrong = classes.findIndex((value) => value < 0 || value >= classCount);
  if (wrong >= 0) {
    throw invalid(`Expected classes in [0, ${classCount}) but row ${wrong} has ${classes[wrong]}`);
  }
  if (rows.targets) checkTargets(rows.targets, classes.length, classCount);
}

function checkTargets(targets: Float32Array, count: number, classCount: number): void {
  if (targets.length !== count * classCount)
    throw invalid(`Expected ${count} × ${classCount} values for targets but received ${targets.length}`);
  for (let row = 0; row < count; row++) {
    const own = targets.subarray(row * classCount, (row + 1) * classCount);
    const sum = own.reduce((total, value) => total + value, 0);
    if (own.some((value) => !(value >= 0)) || !(Math.abs(sum - 1) <= 1e-4))
      throw invalid(`Expected targets from 0 that sum to 1 in each row but row ${row} has ${own.join(', ')}`);
  }
}

/** @throws ProsodiaError INVALID_ARGUMENT unless there is one weight above 0 for each class */
export function checkClassWeights(weights: readonly number[] | undefined, classCount: number): void {
  if (weights === undefined) return;
  if (weights.length !== classCount || weights.some((weight) => !(weight > 0 && Number.isFinite(weight))))
    throw invalid(
      `Expected ${classCount} numbers above 0 for classWeights but received ${weights.join(', ')}`,
    );
}

/** @throws ProsodiaError INVALID_ARGUMENT naming the option and its value */
export function checkOptions(options: EngineOptions): void {
  const { batchSize, optimizer, seed, threads, selfDistillation } = options;
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1 || batchSize > 65_536) {
    throw invalid(`Expected an integer from 1 to 65536 for batchSize but received ${batchSize}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw invalid(`Expected an integer from 0 to 4294967295 for seed but received ${seed}`);
  }
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1 || threads > 256)) {
    throw invalid(`Expected an integer from 1 to 256 for threads but received ${threads}`);
  }
  if (optimizer.kind !== 'adam' && optimizer.kind !== 'adamw')
    throw invalid(`Expected adam or adamw for optimizer but received ${String(optimizer.kind)}`);
  checkWeightDecay(optimizer);
  checkDistillation(selfDistillation);
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw invalid(`Expected a positive number for learningRate but received ${learningRate}`);
  }
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1))
      throw invalid(`Expected a number in [0, 1) for ${name} but received ${beta}`);
  }
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw invalid(`Expected a positive number for epsilon but received ${epsilon}`);
  }
}

function checkDistillation(distillation: EngineOptions['selfDistillation']): void {
  if (!distillation) return;
  const { weight, temperature } = distillation;
  if (!(weight > 0 && Number.isFinite(weight)))
    throw invalid(`Expected a positive number for selfDistillation.weight but received ${weight}`);
  if (!(temperature >= 1 && Number.isFinite(temperature)))
    throw invalid(`Expected a number from 1 on for selfDistillation.temperature but received ${temperature}`);
}

function checkWeightDecay({ kind, weightDecay, learningRate }: OptimizerOptions): void {
  if (kind === 'adam' && weightDecay !== undefined && weightDecay !== 0)
    throw invalid(`Expected no weightDecay with adam (adamw has one) but received ${weightDecay}`);
  if (kind === 'adamw' && !(weightDecay !== undefined && weightDecay >= 0 && weightDecay * learningRate < 1))
    throw invalid(
      `Expected from 0 to below 1 / learningRate for weightDecay of adamw but received ${weightDecay}`,
    );
}

/** @throws ProsodiaError INVALID_ARGUMENT when a row number is not one of `count` rows, or none is given */
export function checkOrder(order: Int32Array, count: number): void {
  if (order.length === 0) throw invalid('Expected at least one row number for order but received none');
  const wrong = order.findIndex((row) => row < 0 || row >= count);
  if (wrong >= 0)
    throw invalid(`Expected row numbers in [0, ${count}) but order[${wrong}] is ${order[wrong]}`);
}

/** The inputs of the rows numbered `order`, one after the other. */
export function gatherInputs(rows: TrainingRows, order: Int32Array): Float32Array<ArrayBuffer> {
  const size = rowSize(rows);
  const batch = new Float32Array(order.length * size);
  order.forEach((row, index) => {
    batch.set(rows.inputs.subarray(row * size, (row + 1) * size), index * size);
  });
  return batch;
}
