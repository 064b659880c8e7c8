import type { AudioClip } from '@prosodia/contracts';
import { Random } from '../random.js';
import type { AugmentationRule } from '../recipes/recipe.js';
import type { ClipChange } from './change-clips.js';
import { ownBabble } from './own-babble.js';

/** Bounds of a noise ratio, from the augmentation's schema. */
const LOWEST_SNR_DB = -60;
const HIGHEST_SNR_DB = 120;

/** What decides one recording's draw. */
export interface DrawContext {
  /** Of the recording's file. */
  readonly contentHash: string;
  /** Which of the recipe's variants, from 1. */
  readonly variant: number;
  readonly seed: number;
  /** Of the features, to which the changed clip will be resampled. */
  readonly sampleRateHz: number;
}

/**
 * The change a rule makes to one recording, drawn by the seed and the recording's content: the same whatever the
 * order of recordings and however they are divided into chunks.
 */
export function drawAugmentation(rule: AugmentationRule, clip: AudioClip, context: DrawContext): ClipChange {
  const random = new Random(context.seed, 'augment', context.contentHash, context.variant);
  const seed = random.uint32();
  switch (rule.kind) {
    case 'noise': {
      const deviation = rule.peakShare * random.uniform();
      return { kind: 'noise', snrDb: noiseRatio(clip, deviation, context.sampleRateHz), seed };
    }
    case 'white-noise':
      return { kind: 'noise', snrDb: random.uniform(...rule.snrDb), seed };
    case 'babble':
      return {
        ...{ kind: 'recording', snrDb: random.uniform(...rule.snrDb), seed },
        sound: ownBabble(clip, random),
      };
    case 'pitch':
      return { kind: 'pitch', semitones: random.uniform(...rule.semitones), formants: rule.formants, seed };
    case 'edges':
      return {
        ...{ kind: 'edges', belowPeakDb: random.uniform(...rule.belowPeakDb) },
        ...{ beforeSec: random.uniform(...rule.silenceSec), afterSec: random.uniform(...rule.silenceSec) },
      };
    case 'stretch':
      return { kind: 'stretch', rate: random.uniform(...rule.rate), seed };
  }
}

/** The ratio in dB at which white noise, heard at the features' rate, has `peakShare` of the clip's peak. */
function noiseRatio({ samples, sampleRateHz }: AudioClip, peakShare: number, featureRateHz: number): number {
  let [peak, energy] = [0, 0];
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    energy += sample * sample;
  }
  // Resampling to a lower rate keeps that share of white noise's power; speech has next to none up there.
  const lost = Math.max(1, sampleRateHz / featureRateHz);
  const ratio = 10 * Math.log10(energy / samples.length / ((peakShare * peak) ** 2 * lost));
  // Silence has no ratio (0 / 0): as good as no noise at all.
  return Number.isNaN(ratio) ? HIGHEST_SNR_DB : Math.min(HIGHEST_SNR_DB, Math.max(LOWEST_SNR_DB, ratio));
}
