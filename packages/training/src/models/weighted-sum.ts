import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

/**
 * Σ wᵢ · xᵢ over several inputs of one shape, the weights learned: how much each scale counts.
 *
 * @param library  TensorFlow.js as `loadTensorflow` gives it, whose Layer the class extends
 */
export function weightedSum(library: TensorFlow, { name }: { readonly name: string }): tf.layers.Layer {
  class WeightedSum extends library.layers.Layer {
    static className = 'WeightedSum';

    override build(shapes: tf.Shape | tf.Shape[]): void {
      this.addWeight('weights', [(shapes as tf.Shape[]).length], 'float32', library.initializers.zeros());
      this.built = true;
    }

    override computeOutputShape(shapes: tf.Shape | tf.Shape[]): tf.Shape {
      return (shapes as tf.Shape[])[0]!;
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return library.tidy(() => {
        const all = inputs as tf.Tensor[];
        const stacked = library.stack(all, -1);
        const [weights] = this.weights.map((weight) => weight.read());
        return library.sum(library.mul(stacked, weights!), -1);
      });
    }
  }

  return new WeightedSum({ name });
}
