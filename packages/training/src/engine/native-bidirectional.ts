import type * as tf from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';
import { NativeLstm } from './native-lstm.js';
import { nativeLstmProblem } from './native-model.js';

/** Both halves of a Bidirectional layer of LSTMs. */
interface Halves {
  readonly forwardLayer: tf.layers.Layer;
  readonly backwardLayer: tf.layers.Layer;
}

/** The halves where the addon can compute them side by side, else undefined. */
export function nativeHalves(layer: tf.layers.Layer): Halves | undefined {
  if (layer.getClassName() !== 'Bidirectional' || layer.getConfig().mergeMode !== 'concat') return undefined;
  const halves = layer as unknown as Halves;
  const problem = nativeLstmProblem(halves.forwardLayer) ?? nativeLstmProblem(halves.backwardLayer, true);
  return problem === undefined ? halves : undefined;
}

/** A Bidirectional layer whose two LSTMs the addon computes; the second one is given the sequence from its end. */
export class NativeBidirectional {
  readonly lstms: readonly [NativeLstm, NativeLstm];
  readonly #tf: TensorFlow;
  readonly #sequences: boolean;

  constructor(library: TensorFlow, halves: Halves, inputGradient: boolean, threads: number) {
    this.#tf = library;
    this.#sequences = halves.forwardLayer.getConfig().returnSequences === true;
    this.lstms = [
      new NativeLstm(library, halves.forwardLayer, inputGradient, threads),
      new NativeLstm(library, halves.backwardLayer, inputGradient, threads),
    ];
  }

  /** @param x  rows × steps × width; the result is rows × (steps ×) 2 · units */
  apply(x: tf.Tensor): tf.Tensor {
    const library = this.#tf;
    const [forward, backward] = this.lstms;
    const fromEnd = backward.apply(library.reverse(x, 1));
    return library.concat([forward.apply(x), this.#sequences ? library.reverse(fromEnd, 1) : fromEnd], -1);
  }
}
