import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

export interface AttentionPoolingOptions {
  /** Width of the hidden layer that scores a step. */
  readonly units: number;
  readonly name: string;
}

/**
 * A layer that makes one vector of a sequence: Σ αₜ·hₜ with α = softmax over the steps of vᵀ·tanh(W·hₜ + b)
 * (Bahdanau et al. 2015, as speech-emotion networks pool their frames).
 *
 * [batch, steps, width] becomes [batch, width]; its weights are kernel [width, units], bias [units], query [units, 1].
 *
 * @param library  TensorFlow.js as `loadTensorflow` gives it, whose Layer the class extends
 */
export function attentionPooling(library: TensorFlow, options: AttentionPoolingOptions): tf.layers.Layer {
  const { units, name } = options;

  class AttentionPooling extends library.layers.Layer {
    static className = 'AttentionPooling';

    override build(inputShape: tf.Shape | tf.Shape[]): void {
      const width = (inputShape as number[]).at(-1)!;
      const zeros = library.initializers.zeros();
      this.addWeight('kernel', [width, units], 'float32', zeros);
      this.addWeight('bias', [units], 'float32', zeros);
      this.addWeight('query', [units, 1], 'float32', zeros);
      this.built = true;
    }

    override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
      const [batch, , width] = inputShape as [number, number, number];
      return [batch, width];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return library.tidy(() => {
        const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor3D;
        const [batch, steps, width] = x.shape;
        const [kernel, bias, query] = this.weights.map((weight) => weight.read()) as [
          tf.Tensor2D,
          tf.Tensor1D,
          tf.Tensor2D,
        ];
        const hidden = library.tanh(
          library.add(
            library.matMul(library.reshape(x, [batch * steps, width]) as tf.Tensor2D, kernel),
            bias,
          ),
        );
        const scores = library.reshape(library.matMul(hidden as tf.Tensor2D, query), [batch, steps]);
        const shares = library.reshape(library.softmax(scores), [batch, steps, 1]);
        return library.sum(library.mul(x, shares), 1);
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), units };
    }
  }

  return new AttentionPooling({ name });
}
