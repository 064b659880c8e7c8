import { ProsodiaError } from '@prosodia/contracts';
import { nativeAddon } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { layersOf } from './layers-of.js';
import { NativeBidirectional, nativeHalves } from './native-bidirectional.js';
import { NativeLstm } from './native-lstm.js';
import { nativeLstmProblem } from './native-model.js';

type Layer = tf.layers.Layer;

/**
 * A model's layers applied one by one in training mode, ending in logits.
 *
 * Dropout layers are the addon's, not TensorFlow.js's, whose random numbers cannot be resumed, and so are LSTM layers of
 * Keras' kind. Other layers with randomness of their own (GaussianNoise, a recurrent layer's `dropout`) keep it.
 */
export class TrainingForward {
  readonly #tf: TensorFlow;
  readonly #layers: Layer[];
  readonly #hidden: Layer[];
  readonly #native = new Map<Layer, NativeLstm | NativeBidirectional>();
  readonly #logits: (input: tf.Tensor) => tf.Tensor;

  /** @throws ProsodiaError MODEL when the model does not end in a softmax */
  constructor(library: TensorFlow, model: tf.Sequential, threads: number) {
    this.#tf = library;
    const layers = layersOf(model);
    const last = layers.at(-1);
    this.#layers = layers;
    this.#hidden = layers.slice(0, -1);
    for (const [number, layer] of layers.entries()) {
      const learns = layers.slice(0, number).some((before) => before.trainableWeights.length > 0);
      const halves = nativeHalves(layer);
      if (nativeLstmProblem(layer) === undefined)
        this.#native.set(layer, new NativeLstm(library, layer, learns, threads));
      else if (halves) this.#native.set(layer, new NativeBidirectional(library, halves, learns, threads));
    }
    const config = last?.getConfig() ?? {};
    const kind = last?.getClassName();
    if (kind === 'Softmax' || (kind === 'Activation' && config.activation === 'softmax')) {
      this.#logits = (input) => input;
    } else if (last !== undefined && kind === 'Dense' && config.activation === 'softmax') {
      this.#logits = (input) => denseWithoutActivation(library, last, input);
    } else {
      throw new ProsodiaError('MODEL', `Expected a model that ends in softmax but its last layer is ${kind}`);
    }
  }

  /** Logits of a batch at one training step; to be called inside `tf.tidy`. */
  logits(input: tf.Tensor, seed: number, step: number): tf.Tensor2D {
    const library = this.#tf;
    let x = input;
    this.#hidden.forEach((layer, number) => {
      if (layer.getClassName() === 'Dropout') {
        const rate = layer.getConfig().rate as number;
        if (rate > 0)
          x = dropout(library, x, (values) => nativeAddon().dropout(values, rate, seed, step, number));
      } else {
        x = this.#native.get(layer)?.apply(x) ?? (layer.apply(x, { training: true }) as tf.Tensor);
      }
    });
    return this.#logits(x) as tf.Tensor2D;
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
    return this.#layers.flatMap((layer) => layer.calculateLosses());
  }
}

/** `mask` multiplies by the same numbers there and back. */
function dropout(library: TensorFlow, x: tf.Tensor, mask: (values: Float32Array) => Float32Array): tf.Tensor {
  const masked = (tensor: tf.Tensor) => library.tensor(mask(tensor.dataSync() as Float32Array), tensor.shape);
  return library.customGrad((input) => ({ value: masked(input as tf.Tensor), gradFunc: masked }))(x);
}

function denseWithoutActivation(library: TensorFlow, layer: Layer, input: tf.Tensor): tf.Tensor {
  const [kernel, bias] = layer.weights.map((weight) => weight.read());
  const product = library.matMul(input as tf.Tensor2D, kernel as tf.Tensor2D);
  return bias === undefined ? product : library.add(product, bias);
}
