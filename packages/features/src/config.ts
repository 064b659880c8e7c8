import { type FeatureConfig, type FeatureOptions, featureConfigSchema, parseWith } from '@prosodia/contracts';
import type { NativeFeatureConfig } from '@prosodia/native';
import { expect } from './expect.js';

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
  const { winLength, fMaxHz } = derive(config);
  const nyquistHz = config.sampleRateHz / 2;
  expect(winLength <= config.nFft, `winLength of at most nFft (${config.nFft})`, winLength);
  expect(fMaxHz <= nyquistHz, `fMaxHz of at most half the sample rate (${nyquistHz})`, fMaxHz);
  expect(config.fMinHz < fMaxHz, `fMinHz below fMaxHz (${fMaxHz})`, config.fMinHz);
  if (config.kind === 'mfcc') {
    expect(config.nMfcc <= config.nMels, `nMfcc of at most nMels (${config.nMels})`, config.nMfcc);
  }
  checkFraming(config);
  return config;
}

function checkFraming({ framing, window, lifter, center, topDb, melNorm, winLength }: FeatureConfig): void {
  if (framing === undefined) {
    expect(window !== 'povey', 'a framing of kaldi or htk for the window povey', framing);
    expect(lifter === undefined, 'a framing of kaldi or htk for lifter', framing);
    return;
  }
  expect(!center, `center false with framing ${framing}`, center);
  expect(topDb === null, `topDb null with framing ${framing}`, topDb);
  expect(melNorm === 'none', `melNorm none with framing ${framing}`, melNorm);
  expect(winLength !== undefined, `a winLength with framing ${framing}`, winLength);
}

/** Values of one frame: coefficients (`mfcc`) or bands (`logmel`), times one and each order of delta. */
export function featureCount(config: FeatureConfig): number {
  return (config.kind === 'mfcc' ? config.nMfcc : config.nMels) * (1 + config.deltas);
}

/** The configuration with what librosa derives (winLength from nFft, fMaxHz from the rate) filled in. */
export function derive(config: FeatureConfig): NativeFeatureConfig {
  return {
    ...config,
    winLength: config.winLength ?? config.nFft,
    fMaxHz: config.fMaxHz ?? config.sampleRateHz / 2,
  };
}
