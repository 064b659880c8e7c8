export type { AugmentationOptions, FeatureConfig, FeatureMatrix, FeatureOptions } from '@prosodia/contracts';
export { FUNCTIONALS_VERSION } from '@prosodia/contracts';
export { augment, type Change, clipSeed } from './augment.js';
export { type ComposeOptions, type ComposeStep, compose } from './compose.js';
export { featureCount, featurePresets, resolveFeatureConfig } from './config.js';
export { type AudioFormat, type DecodedClip, decodeBytes, decodeFile } from './decode.js';
export { type ExtractOptions, extractFeatures, meanOverFrames } from './extract.js';
export { extractFromFiles, type SourceOptions } from './extract-sources.js';
export { FeatureStream, type FeatureStreamState } from './feature-stream.js';
export {
  extractFunctionals,
  type FeatureVector,
  type Functional,
  type FunctionalGroup,
  type FunctionalOptions,
  functionalGroups,
  functionalNames,
  functionalsFromFiles,
  functionalTable,
} from './functionals.js';
export { type MaskOptions, maskFeatures } from './mask.js';
export type { BatchOptions } from './native-batch.js';
export { inputSize, networkRows, networkRowsFromFiles } from './network.js';
export { type VariantRows, type VariantRowsRequest, variantRows } from './network-variants.js';
export { type CepstralStatistics, cepstralStatistics, normalizeCepstra } from './normalize.js';
export { extractProsody, type ProsodyFrames, type ProsodyOptions } from './prosody.js';
export { releaseClips } from './release.js';
export { resampleClips } from './resample.js';
export { type SequenceShape, sequenceRows, sequenceRowsFromFiles } from './sequence.js';
export type { FeatureSource, FileOptions, SourceFeatures, SourceRow } from './source-rows.js';
export { type SampleRange, speechRanges, type TrimOptions, trimSilence } from './trim.js';
export { encodeWav } from './wav.js';
