/** A layer the addon can train; weights and state are given in the order of the layers, Keras' within one. */
export type TrainerLayer =
  | { readonly kind: 'lstm'; readonly units: number; readonly returnSequences: boolean }
  /** `number`: the layer's place in the model, which decides its masks. */
  | { readonly kind: 'dropout'; readonly rate: number; readonly number: number }
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
  readonly layers: readonly TrainerLayer[];
}

/**
 * A network in the addon, with its rows, weights and optimizer.
 *
 * One call at a time: while a promise is pending every other call but `abort` and `dispose` throws. What is thrown or
 * rejected is an Error with `code` INVALID_ARGUMENT, LIMIT, ABORTED or INTERNAL.
 */
export interface NativeTrainer {
  /** @param inputs  rows × steps × width, copied */
  setRows(inputs: Float32Array, classes: Int32Array): void;
  setWeights(weights: readonly Float32Array[]): void;
  weights(): Float32Array[];
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

/** One LSTM layer computed on the calling thread and a team of its own; logistic recurrent activation, tanh. */
export interface NativeLstmOperator {
  /** @param weights  kernel, recurrent kernel, bias, copied */
  setWeights(weights: readonly Float32Array[]): void;
  /** @returns rows × steps × units, or rows × units without `returnSequences` */
  forward(inputs: Float32Array): Float32Array;
  /** Gradients of the rows of the last `forward`, once for each. */
  backward(gradient: Float32Array): { inputs?: Float32Array; weights: Float32Array[] };
  /** Frees the layer and ends its threads. */
  dispose(): void;
}

export interface AdamStep {
  /** learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
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
  /** Inverted-dropout mask of one layer at one step: 0 or 1 / (1 − rate), by hash of the element's number. */
  dropoutMask(length: number, rate: number, seed: number, step: number, layer: number): Float32Array;
}
