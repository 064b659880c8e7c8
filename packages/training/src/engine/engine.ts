/** Who computes the gradients. `auto` takes native where the model allows it, else tensorflow, else wasm. */
export const ENGINE_NAMES = ['native', 'tensorflow', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export type EngineChoice = EngineName | 'auto';

/** Rows to learn from, as they lie in memory. */
export interface TrainingRows {
  /** rows × product(rowShape), row-major. */
  readonly inputs: Float32Array;
  /** Shape of one row, e.g. [13, 1]. */
  readonly rowShape: readonly number[];
  /** Class of each row, in [0, classes). */
  readonly classes: Int32Array;
  readonly classCount: number;
  /** What each row's probabilities should be, rows × classCount, each row summing to 1; its class alone unless given. */
  readonly targets?: Float32Array | undefined;
}

/**
 * Adam as Keras defines it (Kingma & Ba 2015; epsilon outside the root, 1e-7), or AdamW (Loshchilov & Hutter 2019), whose
 * weight decay is apart from the gradient and meets every weight.
 */
export interface OptimizerOptions {
  readonly kind: 'adam' | 'adamw';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Of AdamW: each step multiplies the weights by 1 − learningRate · weightDecay. */
  readonly weightDecay?: number | undefined;
}

/** What outputs beside the answer learn from it, besides the classes. */
export interface SelfDistillation {
  /** Of the distance to the answer, beside 1 of the classes' cross-entropy. */
  readonly weight: number;
  /** Both are softened by it. */
  readonly temperature: number;
}

export interface EngineOptions {
  readonly batchSize: number;
  readonly optimizer: OptimizerOptions;
  /** Multiplies the loss of each class's rows; the sum is still divided by the number of rows, as Keras has it. */
  readonly classWeights?: readonly number[] | undefined;
  /** For models with several outputs; they learn the classes alone unless given. */
  readonly selfDistillation?: SelfDistillation | undefined;
  /** Decides the dropout masks. */
  readonly seed: number;
  /** Threads of the native engine; both the result and the masks are the same for any number. */
  readonly threads?: number | undefined;
}

/** What one epoch did, measured on the batches as they were trained (dropout on), as Keras reports it. */
export interface EpochResult {
  /**
   * Mean cross-entropy over the rows, weighted where there are class weights; of all outputs together, with what they learn
   * of the answer.
   */
  readonly loss: number;
  /** classCount × classCount, row = true class, column = predicted; sums to the rows seen. */
  readonly confusion: Float64Array;
}

/** All an optimizer remembers, so that a resumed run takes the same steps as an unbroken one. */
export interface EngineState {
  /** Steps taken. */
  readonly step: number;
  /** First moments, then second moments, each in the order of the model's trainable weights. */
  readonly slots: readonly Float32Array[];
}

/**
 * One way to run the epochs of a model whose weights live in tf.layers variables.
 *
 * The variables hold the newest weights whenever no epoch is running.
 */
export interface TrainingEngine {
  readonly name: EngineName;
  /**
   * One pass over the rows in the given order.
   *
   * @param order  row numbers; the last batch may be smaller
   * @throws ProsodiaError ABORTED between two batches; weights and state are then those of the last epoch's end
   */
  epoch(order: Int32Array, signal?: AbortSignal): Promise<EpochResult>;
  /** Probabilities without dropout, rows × classCount. */
  predict(inputs: Float32Array): Promise<Float32Array>;
  saveState(): Promise<EngineState>;
  restoreState(state: EngineState): Promise<void>;
  dispose(): void;
}

/** What one batch would change: for tests against reference gradients. */
export interface BatchGradients {
  /** Mean cross-entropy over the batch. */
  readonly loss: number;
  /** In the order of the model's trainable weights, row-major. */
  readonly gradients: readonly Float32Array[];
}

/** An engine that shows its gradients. */
export interface InspectableEngine extends TrainingEngine {
  /** Gradients of the rows as one batch, with the dropout of the next step; weights and state stay. */
  gradients(order: Int32Array): Promise<BatchGradients>;
}
