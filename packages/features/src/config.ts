import {
  type FeatureConfig,
  type FeatureOptions,
  featureConfigSchema,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import type { NativeFeatureConfig } from '@prosodia/native';

/** Named starting points; spread one and change what you need. */
export const featurePresets: { readonly librosa: FeatureOptions } = {
  /** `librosa.feature.mfcc(y=y, sr=22050, n_mfcc=13)`: the schema's defaults. */
  librosa: {},
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
  return config;
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

function expect(holds: boolean, what: string, received: number): void {
  if (!holds) throw new ProsodiaError('INVALID_ARGUMENT', `Expected ${what} but received ${received}`);
}
