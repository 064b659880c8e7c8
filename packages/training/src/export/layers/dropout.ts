import type { LayerExporter } from '../layer-exporter.js';

/** Noise of training only: at inference each of these passes its input on. */
const identity: LayerExporter = ({ input }) => input;

export const dropoutLayers: Readonly<Record<string, LayerExporter>> = {
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
};
