import { ERROR_CODES, type ErrorCode, ProsodiaError } from '@prosodia/contracts';
import { type NativeTrainer, nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import { checkState } from './adam.js';
import type { TensorFlow } from './backend.js';
import type {
  BatchGradients,
  EngineOptions,
  EngineState,
  EpochResult,
  InspectableEngine,
  TrainingRows,
} from './engine.js';
import { nativeLayers } from './native-model.js';
import { kernelThreads } from './threads.js';

/** Whole epochs in the addon, off the event loop; the model's variables are read before and written after each. */
export class NativeEngine implements InspectableEngine {
  readonly name = 'native';
  readonly #tf: TensorFlow;
  readonly #variables: tf.Variable[];
  /** What batch normalisation has seen. */
  readonly #statistics: tf.Variable[];
  readonly #trainer: NativeTrainer;
  #isBusy = false;

  /** The arguments have been checked by `createEngine`. */
  constructor(library: TensorFlow, model: tf.LayersModel, rows: TrainingRows, options: EngineOptions) {
    const layers = nativeLayers(model);
    if (typeof layers === 'string') throw new ProsodiaError('MODEL', layers);
    const { kind: _, weightDecay = 0, ...adam } = options.optimizer;
    this.#tf = library;
    this.#variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    this.#statistics = model.nonTrainableWeights.map((weight) => weight.read() as tf.Variable);
    const shape = rows.rowShape;
    this.#trainer = translated(() => {
      const trainer = new (nativeAddon().Trainer)({
        steps: shape.length === 2 ? shape[0]! : 1,
        width: shape.at(-1)!,
        batchSize: options.batchSize,
        threads: kernelThreads(options.threads),
        seed: options.seed,
        layers,
        weightDecay,
        classWeights: options.classWeights ?? [],
        ...adam,
      });
      trainer.setRows(rows.inputs, rows.classes, rows.targets);
      return trainer;
    });
  }

  async epoch(order: Int32Array, signal?: AbortSignal): Promise<EpochResult> {
    if (signal?.aborted)
      throw new ProsodiaError('ABORTED', 'The epoch was aborted', { cause: signal.reason });
    return this.#alone(async () => {
      const abort = () => this.#trainer.abort();
      this.#load();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        const result = await translatedPromise(() => this.#trainer.epoch(order));
        this.#store();
        return result;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    });
  }

  async gradients(order: Int32Array): Promise<BatchGradients> {
    return this.#alone(async () => {
      this.#load();
      return translatedPromise(() => this.#trainer.gradients(order));
    });
  }

  async predict(inputs: Float32Array): Promise<Float32Array> {
    return this.#alone(async () => {
      this.#load();
      return translatedPromise(() => this.#trainer.predict(inputs));
    });
  }

  async saveState(): Promise<EngineState> {
    this.#requireIdle();
    return translated(() => this.#trainer.state());
  }

  async restoreState(state: EngineState): Promise<void> {
    this.#requireIdle();
    const sizes = this.#variables.map((variable) => variable.size);
    checkState(state, [...sizes, ...sizes]);
    translated(() => this.#trainer.setState(state.step, state.slots));
  }

  dispose(): void {
    this.#trainer.dispose();
  }

  /**
   * One call at a time, until its weights are in the variables: the addon is idle a moment earlier, and a call that came
   * between would train from the weights before.
   */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#requireIdle();
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  #requireIdle(): void {
    if (this.#isBusy)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        'Expected one call at a time but another of this engine is under way',
      );
  }

  /** The variables are the truth: whoever set them since the last epoch is heard. */
  #load(): void {
    const valuesOf = (variables: tf.Variable[]) =>
      variables.map((variable) => variable.dataSync() as Float32Array);
    translated(() => {
      this.#trainer.setWeights(valuesOf(this.#variables));
      this.#trainer.setStatistics(valuesOf(this.#statistics));
    });
  }

  #store(): void {
    const values = translated(() => [...this.#trainer.weights(), ...this.#trainer.statistics()]);
    this.#tf.tidy(() => {
      [...this.#variables, ...this.#statistics].forEach((variable, index) => {
        variable.assign(this.#tf.tensor(values[index]!, variable.shape));
      });
    });
  }
}

function translate(error: unknown): never {
  const { code, message } = error as { code?: ErrorCode; message?: string };
  if (code === undefined || !ERROR_CODES.includes(code)) throw error;
  throw error instanceof ProsodiaError ? error : new ProsodiaError(code, message ?? code, { cause: error });
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    return translate(error);
  }
}

async function translatedPromise<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    return translate(error);
  }
}
