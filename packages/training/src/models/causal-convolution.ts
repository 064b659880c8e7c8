import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from '../engine/backend.js';

export interface CausalConvolutionOptions {
  readonly filters: number;
  /** Steps a filter sees. */
  readonly width: number;
  /** Steps from one of them to the next. */
  readonly dilation: number;
  /** Sees what comes after a step instead of what came before it: time runs the other way. */
  readonly backwards?: boolean | undefined;
  readonly inputShape?: number[] | undefined;
  readonly name: string;
}

/**
 * A dilated convolution along time of which a step sees itself and what came before it, nothing of what follows
 * (van den Oord et al. 2016), or backwards itself and what follows.
 *
 * [batch, steps, width] becomes [batch, steps, filters]; weights kernel [width, inputs, filters] as Conv1D's, the last
 * position nearest to now, and bias [filters]. TensorFlow.js has neither causal padding nor gradients of dilated
 * convolutions, so this is the product of the kernel with the shifted sequences side by side.
 *
 * @param library  TensorFlow.js as `loadTensorflow` gives it, whose Layer the class extends
 */
export function causalConvolution(library: TensorFlow, options: CausalConvolutionOptions): tf.layers.Layer {
  const { filters, width, dilation, backwards = false, inputShape, name } = options;

  class CausalConvolution extends library.layers.Layer {
    static className = 'CausalConvolution';

    override build(shape: tf.Shape | tf.Shape[]): void {
      const inputs = (shape as number[]).at(-1)!;
      const zeros = library.initializers.zeros();
      this.addWeight('kernel', [width, inputs, filters], 'float32', zeros);
      this.addWeight('bias', [filters], 'float32', zeros);
      this.built = true;
    }

    override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
      return [...(shape as number[]).slice(0, 2), filters];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return library.tidy(() => {
        const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor3D;
        const [kernel, bias] = this.weights.map((weight) => weight.read()) as [tf.Tensor3D, tf.Tensor1D];
        const [batch, steps, channels] = x.shape;
        const seen = library.reshape(shifted(x), [batch * steps, width * channels]) as tf.Tensor2D;
        const flat = library.reshape(kernel, [width * channels, filters]) as tf.Tensor2D;
        return library.reshape(library.add(library.matMul(seen, flat), bias), [batch, steps, filters]);
      });
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), filters, width, dilation, backwards };
    }
  }

  /** The sequence as it was (width − 1) · dilation steps ago, …, now; side by side. */
  function shifted(x: tf.Tensor3D): tf.Tensor3D {
    if (width === 1) return x;
    const [, steps, channels] = x.shape;
    const reach = (width - 1) * dilation;
    const padded = library.pad3d(x, [[0, 0], backwards ? [0, reach] : [reach, 0], [0, 0]]);
    const views = Array.from({ length: width }, (_, position) => {
      const start = backwards ? reach - position * dilation : position * dilation;
      return library.slice3d(padded, [0, start, 0], [-1, steps, channels]);
    });
    return library.concat3d(views, 2);
  }

  return new CausalConvolution({ name, ...(inputShape ? { inputShape } : {}) });
}
