import type { layers } from '@tensorflow/tfjs';
import type { GraphBuilder } from './graph-builder.js';

/** What an exporter of one layer kind works on. */
export interface LayerContext {
  readonly graph: GraphBuilder;
  /** The layer, as TensorFlow.js holds it. */
  readonly layer: layers.Layer;
  /** `layer.getConfig()`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The layer's weights in `getWeights()` order. */
  readonly weights: readonly LayerWeight[];
  /** Name of the value that enters the layer; the first of several. */
  readonly input: string;
  /** All that enter it, in its order. */
  readonly inputs: readonly string[];
  /** Prefix for the names of the layer's nodes and constants. */
  readonly name: string;
}

export interface LayerWeight {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Adds a layer's nodes, in inference mode, and returns the name of the value that leaves it. */
export type LayerExporter = (context: LayerContext) => string;
