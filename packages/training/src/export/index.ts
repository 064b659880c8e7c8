export {
  EXPORT_TOLERANCE,
  type ExportOptions,
  type ExportResult,
  exportOnnx,
  type SequentialCard,
} from './export-onnx.js';
export {
  type AttributeValue,
  type FloatAttribute,
  float,
  type GraphBuilder,
} from './graph-builder.js';
export type { LayerContext, LayerExporter, LayerWeight } from './layer-exporter.js';
export { PERSONAL_RIDGES, RIDGE, type Scaler } from './network.js';
export { type QuantizedModel, quantizeModel, WEIGHT_FORMATS, type WeightFormat } from './quantize.js';
export { registerLayer } from './registry.js';
