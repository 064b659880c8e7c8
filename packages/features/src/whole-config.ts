// What needs no schema: worker threads load it.
import type { FeatureConfig } from '@prosodia/contracts';
import type { NativeFeatureConfig } from '@prosodia/native';
import { expect } from './expect.js';

/** @throws ProsodiaError INVALID_ARGUMENT for fields of a complete configuration that contradict each other */
export function checkConfig(config: FeatureConfig): void {
  const { winLength, fMaxHz } = derive(config);
  const nyquistHz = config.sampleRateHz / 2;
  expect(winLength <= config.nFft, `winLength of at most nFft (${config.nFft})`, winLength);
  expect(fMaxHz <= nyquistHz, `fMaxHz of at most half the sample rate (${nyquistHz})`, fMaxHz);
  expect(config.fMinHz < fMaxHz, `fMinHz below fMaxHz (${fMaxHz})`, config.fMinHz);
  if (config.kind === 'mfcc') {
    expect(config.nMfcc <= config.nMels, `nMfcc of at most nMels (${config.nMels})`, config.nMfcc);
  }
  checkFraming(config);
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
