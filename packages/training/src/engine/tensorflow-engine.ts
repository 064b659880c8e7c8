import { setImmediate } from 'node:timers/promises';
import { ProsodiaError } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';
import {
  AdamClock,
  checkState,
  LooseWeights,
  setSlotsInOrder,
  slotsInOrder,
  type WeightGroup,
} from './adam.js';
import type { LoadedTensorflow, TensorFlow } from './backend.js';
import { distillationLoss } from './distillation-loss.js';
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
import { infer, modelSteps, type Step, stepsTo } from './model-steps.js';
import { checkOrder, gatherInputs } from './rows.js';
import { type BatchLoss, softmaxLoss } from './softmax-loss.js';
import { kernelThreads } from './threads.js';

/** How long batches may follow each other before timers and aborts get their turn. */
const TURN_MS = 20;
const PREDICT_ROWS = 512;

interface BatchOutcome {
  readonly loss: number;
  readonly logits: Float32Array;
  /** Of the variables that TensorFlow.js takes care of. */
  readonly gradients: readonly Float32Array[];
}

/** The epochs of any model of one input that ends in softmax, computed by TensorFlow.js on whichever backend it runs, LSTMs by the addon. */
export class TensorflowEngine implements InspectableEngine {
  readonly name: EngineName;
  readonly #tf: TensorFlow;
  readonly #model: tf.LayersModel;
  /** What the answer needs. */
  readonly #steps: readonly Step[];
  readonly #rows: TrainingRows;
  readonly #options: EngineOptions;
  readonly #forward: TrainingForward;
  readonly #variables: tf.Variable[];
  readonly #loose: LooseWeights;
  readonly #groups: readonly WeightGroup[];
  readonly #clock: AdamClock;
  #busy = false;

  /** The arguments have been checked by `createEngine`. */
  constructor(loaded: LoadedTensorflow, model: tf.LayersModel, rows: TrainingRows, options: EngineOptions) {
    this.name = loaded.backend;
    this.#tf = loaded.tf;
    this.#model = model;
    const { steps, outputs } = modelSteps(model);
    this.#steps = stepsTo(steps, outputs[0]!);
    this.#rows = rows;
    this.#options = options;
    this.#forward = new TrainingForward(loaded.tf, model, kernelThreads(options.threads));
    // A layer variable reads as the tf.Variable it wraps; the type only says Tensor.
    this.#variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const held = new Set(this.#forward.lstms.flatMap((lstm) => lstm.variables));
    this.#loose = new LooseWeights(
      loaded.tf,
      this.#variables.filter((variable) => !held.has(variable)),
    );
    this.#groups = [this.#loose, ...this.#forward.lstms];
    this.#clock = new AdamClock(options.optimizer);
  }

  async epoch(order: Int32Array, signal?: AbortSignal): Promise<EpochResult> {
    checkOrder(order, this.#rows.classes.length);
    this.#begin();
    const state = this.#state();
    const weights = this.#model.getWeights().map((weight) => weight.clone());
    try {
      this.#load();
      const result = await this.#batches(order, signal);
      for (const lstm of this.#forward.lstms) lstm.store();
      return result;
    } catch (error) {
      this.#model.setWeights(weights);
      this.#restore(state);
      throw error;
    } finally {
      this.#tf.dispose(weights);
      this.#busy = false;
    }
  }

  async gradients(order: Int32Array): Promise<BatchGradients> {
    checkOrder(order, this.#rows.classes.length);
    this.#load();
    const seen = this.#model.nonTrainableWeights.map((weight) => weight.read().clone());
    const { loss, gradients } = this.#batch(order, this.#clock.step + 1);
    // Batch normalisation writes down what it sees.
    this.#model.nonTrainableWeights.forEach((weight, index) => {
      weight.write(seen[index]!);
    });
    this.#tf.dispose(seen);
    const found = new Map(this.#loose.variables.map((variable, index) => [variable, gradients[index]!]));
    for (const lstm of this.#forward.lstms) {
      const own = lstm.gradients();
      lstm.variables.forEach((variable, index) => {
        found.set(variable, own[index]!);
      });
    }
    return { loss, gradients: this.#variables.map((variable) => found.get(variable)!) };
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
        const x = this.#tf.tensor(inputs.slice(from * size, to * size), [to - from, ...rowShape]);
        probabilities.set(infer(this.#steps, x).dataSync(), from * classCount);
      });
      await setImmediate();
    }
    return probabilities;
  }

  async saveState(): Promise<EngineState> {
    return this.#state();
  }

  async restoreState(state: EngineState): Promise<void> {
    const sizes = this.#variables.map((variable) => variable.size);
    checkState(state, [...sizes, ...sizes]);
    this.#restore(state);
  }

  dispose(): void {
    // Tensors live no longer than a batch here, and the variables are the model's.
    this.#forward.dispose();
  }

  #state(): EngineState {
    return { step: this.#clock.step, slots: slotsInOrder(this.#variables, this.#groups) };
  }

  #restore(state: EngineState): void {
    this.#clock.step = state.step;
    setSlotsInOrder(this.#variables, this.#groups, state.slots);
  }

  /** The variables are the truth: whoever set them since the last epoch is heard. */
  #load(): void {
    for (const lstm of this.#forward.lstms) lstm.load();
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
      const step = this.#clock.begin();
      const outcome = this.#batch(rows, this.#clock.step);
      this.#loose.update(step, outcome.gradients);
      for (const lstm of this.#forward.lstms) lstm.update(step);
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
    const { variables } = this.#loose;
    const tokens = this.#forward.lstms.map((lstm) => lstm.token);
    let outcome: BatchOutcome | undefined;
    // Returned past `tidy`, which would look for tensors in every element of an array it hands on.
    library.tidy(() => {
      const x = library.tensor(gatherInputs(this.#rows, order), [order.length, ...this.#rows.rowShape]);
      const { classWeights, selfDistillation } = this.#options;
      let scores: Float32Array | undefined;
      const { value, grads } = library.variableGrads(() => {
        // Outputs beside the answer learn the classes as it does.
        const losses = this.#forward.logits(x, this.#options.seed, step).flatMap((logits) => {
          const values = logits.dataSync<'float32'>();
          const loss = this.#onTape(logits, softmaxLoss(values, this.#rows, order, classWeights));
          const teacher = scores;
          scores ??= values;
          if (!teacher || !selfDistillation) return [loss];
          const { classCount } = this.#rows;
          return [
            loss,
            this.#onTape(logits, distillationLoss(values, teacher, classCount, selfDistillation)),
          ];
        });
        return [...losses, ...this.#forward.penalties()].reduce((sum, term) => library.add(sum, term));
      }, [...variables, ...tokens]);
      outcome = {
        loss: value.dataSync()[0]!,
        logits: scores!,
        gradients: variables.map((variable) => grads[variable.name]!.dataSync() as Float32Array),
      };
    });
    return outcome!;
  }

  /** A loss of the batch on the tape, where nothing multiplies it. */
  #onTape(logits: tf.Tensor2D, { loss, gradient }: BatchLoss): tf.Scalar {
    const library = this.#tf;
    const compute = () => ({
      value: library.scalar(loss),
      gradFunc: () => library.tensor(gradient, logits.shape),
    });
    return library.customGrad(compute)(logits) as tf.Scalar;
  }
}
