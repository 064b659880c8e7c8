import { type FeatureConfig, type FeatureOptions, featureConfigSchema, parseWith } from '@prosodia/contracts';
import { checkConfig } from './whole-config.js';

export { derive, featureCount } from './whole-config.js';

const recogniserFrames = {
  sampleRateHz: 16_000,
  ...{ nFft: 512, winLength: 400, hopLength: 160 },
  ...{ melScale: 'htk', melNorm: 'none', topDb: null, center: false },
  ...{ preEmphasis: 0.97, lifter: 22 },
} as const satisfies FeatureOptions;

/** Named starting points; spread one and change what you need. */
export const featurePresets: Readonly<Record<'librosa' | 'kaldi' | 'htk', FeatureOptions>> = {
  /** `librosa.feature.mfcc(y=y, sr=22050, n_mfcc=13)`: the schema's defaults. */
  librosa: {},
  /** `torchaudio.compliance.kaldi.mfcc(y)`: compute-mfcc-feats without dither and energy, samples in [-1, 1]. */
  kaldi: { ...recogniserFrames, framing: 'kaldi', window: 'povey', nMels: 23, fMinHz: 20 },
  /** HTK's MFCC_0 of power spectra, samples in [-1, 1]: 26 bands, coefficient 0 first. */
  htk: { ...recogniserFrames, framing: 'htk', window: 'hamming', nMels: 26 },
};

/**
 * A complete feature configuration from any subset of its fields.
 *
 * @param options  fields to change; librosa's defaults for the rest
 * @throws ProsodiaError INVALID_ARGUMENT for an unknown field, a value out of range, or fields that contradict each
 *   other (winLength > nFft, fMaxHz > sampleRateHz / 2, fMinHz ≥ fMaxHz, nMfcc > nMels)
 * @example
 * resolveFeatureConfig({ nMfcc: 20 }).hopLength // 512
 */
export function resolveFeatureConfig(options: FeatureOptions = {}): FeatureConfig {
  const config = parseWith(featureConfigSchema, options, 'feature configuration');
  checkConfig(config);
  return config;
}
