import { setImmediate } from 'node:timers/promises';
import { ProsodiaError } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';
import { Adam } from './adam.js';
import type { LoadedTensorflow, TensorFlow } from './backend.js';
import type {
  BatchGradients,
  EngineName,
  EngineOptions,
  EngineState,
  EpochResult,
  InspectableEngine,
  TrainingRows,
} from './engine.js';
import { TrainingForward } from './forward.js';
import { layersOf } from './layers-of.js';
import { checkOrder, gatherInputs } from './rows.js';
import { kernelThreads } from './threads.js';

/** How long batches may follow each other before timers and aborts get their turn. */
const TURN_MS = 20;
const PREDICT_ROWS = 512;

interface BatchOutcome extends BatchGradients {
  readonly logits: Float32Array;
}

/** The epochs of any Sequential that ends in softmax, computed by TensorFlow.js on whichever backend it runs, LSTMs by the addon. */
export class TensorflowEngine implements InspectableEngine {
  readonly name: EngineName;
  readonly #tf: TensorFlow;
  readonly #model: tf.Sequential;
  readonly #rows: TrainingRows;
  readonly #options: EngineOptions;
  readonly #forward: TrainingForward;
  readonly #variables: tf.Variable[];
  readonly #adam: Adam;
  #busy = false;

  /** The arguments have been checked by `createEngine`. */
  constructor(loaded: LoadedTensorflow, model: tf.Sequential, rows: TrainingRows, options: EngineOptions) {
    this.name = loaded.backend;
    this.#tf = loaded.tf;
    this.#model = model;
    this.#rows = rows;
    this.#options = options;
    this.#forward = new TrainingForward(loaded.tf, model, kernelThreads(options.threads));
    // A layer variable reads as the tf.Variable it wraps; the type only says Tensor.
    this.#variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    this.#adam = new Adam(
      options.optimizer,
      this.#variables.map((variable) => variable.size),
    );
  }

  async epoch(order: Int32Array, signal?: AbortSignal): Promise<EpochResult> {
    checkOrder(order, this.#rows.classes.length);
    this.#begin();
    const state = this.#adam.save();
    const weights = this.#model.getWeights().map((weight) => weight.clone());
    try {
      return await this.#batches(order, signal);
    } catch (error) {
      this.#model.setWeights(weights);
      this.#adam.restore(state);
      throw error;
    } finally {
      this.#tf.dispose(weights);
      this.#busy = false;
    }
  }

  async gradients(order: Int32Array): Promise<BatchGradients> {
    checkOrder(order, this.#rows.classes.length);
    const { loss, gradients } = this.#batch(order, this.#adam.step + 1);
    return { loss, gradients };
  }

  async predict(inputs: Float32Array): Promise<Float32Array> {
    const { rowShape, classCount } = this.#rows;
    const size = rowShape.reduce((product, extent) => product * extent, 1);
    if (inputs.length % size !== 0) {
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected inputs in rows of ${size} values but received ${inputs.length} values`,
      );
    }
    const count = inputs.length / size;
    const probabilities = new Float32Array(count * classCount);
    for (let from = 0; from < count; from += PREDICT_ROWS) {
      const to = Math.min(count, from + PREDICT_ROWS);
      this.#tf.tidy(() => {
        let x = this.#tf.tensor(inputs.slice(from * size, to * size), [to - from, ...rowShape]);
        for (const layer of layersOf(this.#model)) x = layer.apply(x, { training: false }) as tf.Tensor;
        probabilities.set(x.dataSync(), from * classCount);
      });
      await setImmediate();
    }
    return probabilities;
  }

  async saveState(): Promise<EngineState> {
    return this.#adam.save();
  }

  async restoreState(state: EngineState): Promise<void> {
    this.#adam.restore(state);
  }

  dispose(): void {
    // Tensors live no longer than a batch here, and the variables are the model's.
    this.#forward.dispose();
  }

  #begin(): void {
    if (this.#busy) {
      throw new ProsodiaError('INVALID_ARGUMENT', 'Expected one epoch at a time but one is still running');
    }
    this.#busy = true;
  }

  async #batches(order: Int32Array, signal: AbortSignal | undefined): Promise<EpochResult> {
    const { classes, classCount } = this.#rows;
    const confusion = new Float64Array(classCount * classCount);
    let lossSum = 0;
    let turnEnds = 0;
    for (let from = 0; from < order.length; from += this.#options.batchSize) {
      if (performance.now() >= turnEnds) {
        await setImmediate();
        turnEnds = performance.now() + TURN_MS;
      }
      if (signal?.aborted) {
        throw new ProsodiaError('ABORTED', 'The epoch was aborted', { cause: signal.reason });
      }
      const rows = order.subarray(from, from + this.#options.batchSize);
      const rate = this.#adam.beginStep();
      const outcome = this.#batch(rows, this.#adam.step);
      this.#update(outcome.gradients, rate);
      lossSum += outcome.loss * rows.length;
      rows.forEach((row, index) => {
        const scores = outcome.logits.subarray(index * classCount, (index + 1) * classCount);
        confusion[classes[row]! * classCount + scores.indexOf(scores.reduce((a, b) => Math.max(a, b)))]! += 1;
      });
    }
    return { loss: lossSum / order.length, confusion };
  }

  /** Loss, gradients and logits of one batch in training mode. */
  #batch(order: Int32Array, step: number): BatchOutcome {
    const library = this.#tf;
    const { rowShape, classes, classCount } = this.#rows;
    let outcome: BatchOutcome | undefined;
    // Returned past `tidy`, which would look for tensors in every element of an array it hands on.
    library.tidy(() => {
      const x = library.tensor(gatherInputs(this.#rows, order), [order.length, ...rowShape]);
      const y = library.oneHot(
        library.tensor1d(
          order.map((row) => classes[row]!),
          'int32',
        ),
        classCount,
      );
      let logits: tf.Tensor2D | undefined;
      const { value, grads } = library.variableGrads(() => {
        logits = library.keep(this.#forward.logits(x, this.#options.seed, step));
        const entropy = library.losses.softmaxCrossEntropy(y, logits) as tf.Scalar;
        return this.#forward.penalties().reduce((sum, penalty) => library.add(sum, penalty), entropy);
      }, this.#variables);
      outcome = {
        loss: value.dataSync()[0]!,
        logits: logits!.dataSync() as Float32Array,
        gradients: this.#variables.map((variable) => grads[variable.name]!.dataSync() as Float32Array),
      };
      logits!.dispose();
    });
    return outcome!;
  }

  #update(gradients: readonly Float32Array[], rate: number): void {
    this.#tf.tidy(() => {
      this.#variables.forEach((variable, index) => {
        // A copy: on some backends dataSync shows the tensor's own memory, which earlier clones share.
        const weights = variable.dataSync().slice() as Float32Array;
        this.#adam.update(index, weights, gradients[index]!, rate);
        variable.assign(this.#tf.tensor(weights, variable.shape));
      });
    });
  }
}
