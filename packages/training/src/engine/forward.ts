import { ProsodiaError } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { normaliseBatch, normalisesBatches } from './batch-normalization.js';
import { asGiven, type ModelSteps, modelSteps, type Step, walk } from './model-steps.js';
import { NativeBidirectional, nativeHalves } from './native-bidirectional.js';
import { NativeLstm } from './native-lstm.js';
import { nativeLstmProblem } from './native-model.js';

type Layer = tf.layers.Layer;

/** What a step that is no output makes of what enters it. */
type Apply = (inputs: readonly tf.Tensor[]) => tf.Tensor;

/**
 * A model's layers applied one by one in training mode, ending in the logits of each output.
 *
 * Dropout layers are the addon's, not TensorFlow.js's, whose random numbers cannot be resumed, and so are LSTM layers of
 * Keras' kind. Other layers with randomness of their own (GaussianNoise, a recurrent layer's `dropout`) keep it.
 */
export class TrainingForward {
  readonly #tf: TensorFlow;
  readonly #model: ModelSteps;
  readonly #native = new Map<Layer, NativeLstm | NativeBidirectional>();
  readonly #logits: ReadonlyMap<number, Apply>;

  /** @throws ProsodiaError MODEL when an output of the model is not a softmax */
  constructor(library: TensorFlow, model: tf.LayersModel, threads: number) {
    this.#tf = library;
    this.#model = modelSteps(model);
    const { steps, outputs } = this.#model;
    for (const { number, layer } of steps) {
      const learns = steps.slice(0, number).some((before) => before.layer.trainableWeights.length > 0);
      const halves = nativeHalves(layer);
      if (nativeLstmProblem(layer) === undefined)
        this.#native.set(layer, new NativeLstm(library, layer, learns, threads));
      else if (halves) this.#native.set(layer, new NativeBidirectional(library, halves, learns, threads));
    }
    this.#logits = new Map(outputs.map((number) => [number, logitsOf(library, steps[number]?.layer)]));
  }

  /** Logits of a batch at one training step, the answer's first; to be called inside `tf.tidy`. */
  logits(input: tf.Tensor, seed: number, step: number): tf.Tensor2D[] {
    const results = walk(this.#model.steps, input, (one, inputs) => {
      const logits = this.#logits.get(one.number);
      return logits ? logits(inputs) : this.#hidden(one, inputs, seed, step);
    });
    return this.#model.outputs.map((number) => results.get(number) as tf.Tensor2D);
  }

  #hidden({ layer, number }: Step, inputs: readonly tf.Tensor[], seed: number, step: number): tf.Tensor {
    const kind = layer.getClassName();
    if (kind === 'Dropout' || kind === 'SpatialDropout1D') {
      const rate = layer.getConfig().rate as number;
      const mask = (values: Float32Array) => nativeAddon().dropout(values, rate, seed, step, number);
      if (rate === 0) return inputs[0]!;
      return kind === 'Dropout' ? dropout(this.#tf, inputs[0]!, mask) : columns(this.#tf, inputs[0]!, mask);
    }
    if (layer.trainable && normalisesBatches(layer)) return normaliseBatch(this.#tf, layer, inputs[0]!);
    return (
      this.#native.get(layer)?.apply(inputs[0]!) ??
      (layer.apply(asGiven(inputs), { training: true }) as tf.Tensor)
    );
  }

  /** The layers whose weights the addon holds while an epoch runs. */
  get lstms(): readonly NativeLstm[] {
    return [...this.#native.values()].flatMap((one) => (one instanceof NativeLstm ? [one] : one.lstms));
  }

  dispose(): void {
    for (const lstm of this.lstms) lstm.dispose();
  }

  /** Sum of the layers' regularisation terms; nothing when they have none. */
  penalties(): tf.Scalar[] {
    return this.#model.steps.flatMap(({ layer }) => layer.calculateLosses());
  }
}

/** `mask` multiplies by the same numbers there and back. */
function dropout(library: TensorFlow, x: tf.Tensor, mask: (values: Float32Array) => Float32Array): tf.Tensor {
  const masked = (tensor: tf.Tensor) => library.tensor(mask(tensor.dataSync() as Float32Array), tensor.shape);
  return library.customGrad((input) => ({ value: masked(input as tf.Tensor), gradFunc: masked }))(x);
}

/** Whole columns along time, all steps of a row alike. */
function columns(library: TensorFlow, x: tf.Tensor, mask: (values: Float32Array) => Float32Array): tf.Tensor {
  const [rows, , width] = x.shape as [number, number, number];
  return library.mul(x, library.tensor(mask(new Float32Array(rows * width).fill(1)), [rows, 1, width]));
}

/** How an output's logits come about. */
function logitsOf(library: TensorFlow, layer: Layer | undefined): Apply {
  const config = layer?.getConfig() ?? {};
  const kind = layer?.getClassName();
  if (kind === 'Softmax' || (kind === 'Activation' && config.activation === 'softmax'))
    return ([input]) => input!;
  if (layer !== undefined && kind === 'Dense' && config.activation === 'softmax')
    return ([input]) => denseWithoutActivation(library, layer, input!);
  throw new ProsodiaError('MODEL', `Expected a model that ends in softmax but its last layer is ${kind}`);
}

function denseWithoutActivation(library: TensorFlow, layer: Layer, input: tf.Tensor): tf.Tensor {
  const [kernel, bias] = layer.weights.map((weight) => weight.read());
  const product = library.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D);
  return bias === undefined ? product : library.add(product, bias);
}
