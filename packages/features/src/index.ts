export type { AugmentationOptions, FeatureConfig, FeatureMatrix, FeatureOptions } from '@prosodia/contracts';
export { augment, clipSeed } from './augment.js';
export { featureCount, featurePresets, resolveFeatureConfig } from './config.js';
export { type AudioFormat, type DecodedClip, decodeBytes, decodeFile } from './decode.js';
export { type ExtractOptions, extractFeatures, meanOverFrames } from './extract.js';
export {
  extractFromFiles,
  type FeatureSource,
  type SourceFeatures,
  type SourceOptions,
} from './extract-sources.js';
export {
  extractFunctionals,
  type FeatureVector,
  FUNCTIONALS_VERSION,
  type Functional,
  type FunctionalGroup,
  type FunctionalOptions,
  functionalGroups,
  functionalNames,
  functionalTable,
} from './functionals.js';
export type { BatchOptions } from './native-batch.js';
export { networkRows, networkRowsFromFiles, type SourceRow } from './network.js';
export { resampleClips } from './resample.js';
export { encodeWav } from './wav.js';
