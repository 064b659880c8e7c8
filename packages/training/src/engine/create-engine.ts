import { ProsodiaError } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';
import { loadTensorflow } from './backend.js';
import type { EngineChoice, EngineName, EngineOptions, InspectableEngine, TrainingRows } from './engine.js';
import { ENGINE_NAMES } from './engine.js';
import { NativeEngine } from './native-engine.js';
import { nativeSupports } from './native-model.js';
import { checkClassWeights, checkOptions, checkRows } from './rows.js';
import { TensorflowEngine } from './tensorflow-engine.js';

/**
 * The engine a choice stands for: `auto` is native where the model's layers are known to it, else whatever
 * TensorFlow.js runs on.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for an unknown choice or a backend other than the loaded one; MODEL when
 *   native is asked for and cannot train the model
 */
export async function selectEngine(choice: EngineChoice, model: tf.LayersModel): Promise<EngineName> {
  if (choice !== 'auto' && !ENGINE_NAMES.includes(choice)) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected auto, ${ENGINE_NAMES.join(' or ')} for engine but received ${String(choice)}`,
    );
  }
  if (choice === 'auto' || choice === 'native') {
    const supported = nativeSupports(model);
    if (supported === true) return 'native';
    if (choice === 'native') {
      throw new ProsodiaError('MODEL', `The native engine cannot train this model: ${supported}`);
    }
  }
  const { backend } = await loadTensorflow(
    choice === 'auto' ? {} : { backend: choice as 'tensorflow' | 'wasm' },
  );
  return backend;
}

/**
 * An engine for one model and the rows it learns from.
 *
 * @param model  a built model that ends in softmax over `rows.classCount` classes; TensorFlow.js has been
 *   loaded by `loadTensorflow`, which decided the backend
 * @param rows  kept, not copied, by the TensorFlow engines: leave them as they are
 * @throws ProsodiaError INVALID_ARGUMENT for rows or options out of range, MODEL when model, rows and options do not fit
 */
export async function createEngine(
  choice: EngineChoice,
  model: tf.LayersModel,
  rows: TrainingRows,
  options: EngineOptions,
): Promise<InspectableEngine> {
  checkOptions(options);
  checkRows(rows);
  checkClassWeights(options.classWeights, rows.classCount);
  checkModel(model, rows, options);
  const name = await selectEngine(choice, model);
  const loaded = await loadTensorflow();
  return name === 'native'
    ? new NativeEngine(loaded.tf, model, rows, options)
    : new TensorflowEngine(loaded, model, rows, options);
}

function checkModel(model: tf.LayersModel, rows: TrainingRows, { selfDistillation }: EngineOptions): void {
  const inputShape = model.inputs[0]!.shape.slice(1);
  const outputShape = model.outputs[0]!.shape.slice(1);
  const fits =
    inputShape.length === rows.rowShape.length &&
    inputShape.every((extent, index) => extent === null || extent === rows.rowShape[index]);
  if (!fits) {
    throw new ProsodiaError(
      'MODEL',
      `Expected rows of shape [${inputShape.join(', ')}] for this model but received [${rows.rowShape.join(', ')}]`,
    );
  }
  if (selfDistillation && model.outputs.length < 2)
    throw new ProsodiaError(
      'MODEL',
      'Expected a model with several outputs for selfDistillation but it has one',
    );
  if (outputShape.length !== 1 || outputShape[0] !== rows.classCount) {
    throw new ProsodiaError(
      'MODEL',
      `Expected a model with ${rows.classCount} outputs but its output is [${outputShape.join(', ')}]`,
    );
  }
}
