import { ProsodiaError } from '@prosodia/contracts';
import type { LayerExporter } from './layer-exporter.js';
import { activationLayers } from './layers/activation.js';
import { attentionLayers } from './layers/attention.js';
import { convolutionLayers } from './layers/convolution.js';
import { denseLayers } from './layers/dense.js';
import { dropoutLayers } from './layers/dropout.js';
import { lstmLayers } from './layers/lstm.js';
import { mergeLayers } from './layers/merge.js';
import { normalizationLayers } from './layers/normalization.js';
import { shapeLayers } from './layers/shape.js';

const exporters = new Map<string, LayerExporter>(
  Object.entries({
    ...activationLayers,
    ...attentionLayers,
    ...convolutionLayers,
    ...denseLayers,
    ...dropoutLayers,
    ...lstmLayers,
    ...mergeLayers,
    ...normalizationLayers,
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
