/** A layer the addon can train; weights and state are given in the order of the layers, Keras' within one. */
export type TrainerLayer =
  | { readonly kind: 'lstm'; readonly units: number; readonly returnSequences: boolean }
  /** `number`: the layer's place in the model, which decides its masks. */
  | { readonly kind: 'dropout'; readonly rate: number; readonly number: number }
  /** Over each column, as Keras has it. */
  | { readonly kind: 'batchNormalization'; readonly momentum: number; readonly epsilon: number }
  /** Linear unless `relu`; the last layer is linear, its softmax belongs to the loss. */
  | { readonly kind: 'dense'; readonly units: number; readonly relu: boolean };

export interface TrainerConfig {
  /** Shape of one row: steps × width. */
  readonly steps: number;
  readonly width: number;
  readonly batchSize: number;
  readonly threads: number;
  readonly seed: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Of AdamW; 0 for Adam. */
  readonly weightDecay: number;
  /** Multiply the loss of each class's rows; empty: all 1. */
  readonly classWeights: readonly number[];
  readonly layers: readonly TrainerLayer[];
}

/**
 * A network in the addon, with its rows, weights and optimizer.
 *
 * One call at a time: while a promise is pending every other call but `abort` and `dispose` throws. What is thrown or
 * rejected is an Error with `code` INVALID_ARGUMENT, LIMIT, ABORTED or INTERNAL.
 */
export interface NativeTrainer {
  /**
   * @param inputs  rows × steps × width, copied
   * @param targets  rows × classes, copied; each row's class alone unless given
   */
  setRows(inputs: Float32Array, classes: Int32Array, targets?: Float32Array): void;
  setWeights(weights: readonly Float32Array[]): void;
  weights(): Float32Array[];
  /** Mean and variance that each batch normalisation has seen. */
  setStatistics(statistics: readonly Float32Array[]): void;
  statistics(): Float32Array[];
  /** @param slots  all first moments, then all second moments */
  setState(step: number, slots: readonly Float32Array[]): void;
  state(): { step: number; slots: Float32Array[] };
  /** One pass over the rows in this order; an aborted one leaves weights and state as they were. */
  epoch(order: Int32Array): Promise<{ loss: number; confusion: Float64Array }>;
  /** Mean loss and gradients of at most batchSize rows, with the dropout of the next step; nothing changes. */
  gradients(order: Int32Array): Promise<{ loss: number; gradients: Float32Array[] }>;
  /** Probabilities without dropout, rows × classes. */
  predict(inputs: Float32Array): Promise<Float32Array>;
  /** Stops the running epoch after its batch. */
  abort(): void;
  /** Frees the network; what runs is aborted. */
  dispose(): void;
}

export interface LstmOperatorConfig {
  readonly steps: number;
  readonly width: number;
  readonly units: number;
  readonly returnSequences: boolean;
  /** Whether `backward` computes the gradient of its inputs. */
  readonly inputGradient: boolean;
  /** The most rows of a call. */
  readonly batchSize: number;
  readonly threads: number;
}

/**
 * One LSTM layer with its weights and Adam's moments, computed on the calling thread and a team of its own; logistic
 * recurrent activation, tanh. Weights, gradients and slots are given as kernel, recurrent kernel, bias.
 */
export interface NativeLstmOperator {
  setWeights(weights: readonly Float32Array[]): void;
  weights(): Float32Array[];
  /** @param slots  all first moments, then all second moments; zeros until set */
  setSlots(slots: readonly Float32Array[]): void;
  slots(): Float32Array[];
  /** @returns rows × steps × units, or rows × units without `returnSequences` */
  forward(inputs: Float32Array): Float32Array;
  /**
   * Takes the gradient of the outputs of the last `forward`, once for each.
   *
   * @returns the inputs' gradient where the layer was made with `inputGradient`
   */
  backward(gradient: Float32Array): Float32Array | undefined;
  /** The weights' gradients that the last `backward` left. */
  gradients(): Float32Array[];
  /** Moves the weights along these gradients. */
  update(step: AdamStep): void;
  /** Frees the layer and ends its threads. */
  dispose(): void;
}

export interface AdamStep {
  /** learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 − learning rate · weight decay: what a weight is multiplied by first; 1 for Adam. */
  readonly keep: number;
}

export interface TrainingOperations {
  readonly Trainer: new (config: TrainerConfig) => NativeTrainer;
  readonly LstmOperator: new (config: LstmOperatorConfig) => NativeLstmOperator;
  /** Moves `weights` and both moments, in place, along `gradient`; all four are of one length. */
  adamStep(
    step: AdamStep,
    weights: Float32Array,
    gradient: Float32Array,
    first: Float32Array,
    second: Float32Array,
  ): void;
  /** Inverted dropout of one layer at one step: each value times 0 or 1 / (1 − rate), by hash of its number. */
  dropout(values: Float32Array, rate: number, seed: number, step: number, layer: number): Float32Array;
}
