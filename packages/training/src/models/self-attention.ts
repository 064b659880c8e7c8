import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

export interface SelfAttentionOptions {
  /** How many times each step looks at the others; divides the width. */
  readonly heads: number;
  readonly name: string;
}

/**
 * A layer in which every step of a sequence becomes a mixture of all of them: scaled dot-product attention with several
 * heads (Vaswani et al. 2017), without biases.
 *
 * [batch, steps, width] stays that; its weights are query, key, value and output, each [width, width].
 *
 * @param library  TensorFlow.js as `loadTensorflow` gives it, whose Layer the class extends
 */
export function selfAttention(library: TensorFlow, { heads, name }: SelfAttentionOptions): tf.layers.Layer {
  class SelfAttention extends library.layers.Layer {
    static className = 'SelfAttention';

    override build(inputShape: tf.Shape | tf.Shape[]): void {
      const width = (inputShape as number[]).at(-1)!;
      const zeros = library.initializers.zeros();
      for (const kernel of ['query', 'key', 'value', 'output'])
        this.addWeight(kernel, [width, width], 'float32', zeros);
      this.built = true;
    }

    override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
      return inputShape as tf.Shape;
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return library.tidy(() => {
        const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor3D;
        const [batch, steps, width] = x.shape;
        const flat = library.reshape(x, [batch * steps, width]) as tf.Tensor2D;
        const [query, key, value, output] = this.weights.map((weight) => weight.read() as tf.Tensor2D);
        const apart = (kernel: tf.Tensor2D) =>
          library.transpose(
            library.reshape(library.matMul(flat, kernel), [batch, steps, heads, width / heads]),
            [0, 2, 1, 3],
          );
        const scores = library.matMul(apart(query!), apart(key!), false, true);
        const shares = library.softmax(library.mul(scores, 1 / Math.sqrt(width / heads)));
        const mixed = library.transpose(library.matMul(shares, apart(value!)), [0, 2, 1, 3]);
        const joined = library.reshape(mixed, [batch * steps, width]) as tf.Tensor2D;
        return library.reshape(library.matMul(joined, output!), [batch, steps, width]);
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), heads };
    }
  }

  return new SelfAttention({ name });
}
