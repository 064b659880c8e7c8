import { ProsodiaError } from '@prosodia/contracts';
import type { layers } from '@tensorflow/tfjs';
import type { GraphBuilder } from './graph-builder.js';
import { activationLayers } from './layers/activation.js';
import { convolutionLayers } from './layers/convolution.js';
import { denseLayers } from './layers/dense.js';
import { dropoutLayers } from './layers/dropout.js';
import { lstmLayers } from './layers/lstm.js';
import { shapeLayers } from './layers/shape.js';

/** What an exporter of one layer kind works on. */
export interface LayerContext {
  readonly graph: GraphBuilder;
  /** The layer, as TensorFlow.js holds it. */
  readonly layer: layers.Layer;
  /** `layer.getConfig()`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The layer's weights in `getWeights()` order. */
  readonly weights: readonly LayerWeight[];
  /** Name of the value that enters the layer. */
  readonly input: string;
  /** Prefix for the names of the layer's nodes and constants. */
  readonly name: string;
}

export interface LayerWeight {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Adds a layer's nodes, in inference mode, and returns the name of the value that leaves it. */
export type LayerExporter = (context: LayerContext) => string;

const exporters = new Map<string, LayerExporter>(
  Object.entries({
    ...activationLayers,
    ...convolutionLayers,
    ...denseLayers,
    ...dropoutLayers,
    ...lstmLayers,
    ...shapeLayers,
  }),
);

/**
 * Teaches the exporter another layer kind, or replaces one.
 *
 * @param className  what the layer's `getClassName()` returns
 */
export function registerLayer(className: string, exporter: LayerExporter): void {
  exporters.set(className, exporter);
}

/** @throws ProsodiaError MODEL, naming the kinds that can be exported */
export function exporterOf(className: string): LayerExporter {
  const exporter = exporters.get(className);
  if (exporter) return exporter;
  throw new ProsodiaError(
    'MODEL',
    `Expected a layer among ${[...exporters.keys()].sort().join(', ')} but received ${className}`,
  );
}
