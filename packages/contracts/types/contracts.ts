// What the packages have agreed on, as types: the compiler reads this file, nothing runs it.
import { expectTypeOf } from 'expect-type';
import type {
  AudioClip,
  BatchItem,
  ErrorCode,
  FeatureConfig,
  FeatureMatrix,
  FeatureOptions,
  LongCallOptions,
  ModelCard,
  ProsodiaError,
  Recognition,
  Recording,
  Split,
} from '../src/index.js';

expectTypeOf<AudioClip>().toEqualTypeOf<{
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
}>();
declare const clip: AudioClip;
// @ts-expect-error a clip is read, never changed in place
clip.sampleRateHz = 8_000;

expectTypeOf<FeatureMatrix>().toEqualTypeOf<{
  readonly data: Float32Array;
  readonly frames: number;
  readonly coefficients: number;
}>();

expectTypeOf<LongCallOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();

// Every field may be left out by a caller; none is missing from what the packages hand on.
expectTypeOf<Record<string, never>>().toExtend<FeatureOptions>();
expectTypeOf<FeatureConfig['hopLength']>().toEqualTypeOf<number>();
expectTypeOf<FeatureConfig['kind']>().toEqualTypeOf<'mfcc' | 'logmel'>();
expectTypeOf<FeatureConfig['topDb']>().toEqualTypeOf<number | null>();
expectTypeOf<FeatureConfig['deltas']>().toEqualTypeOf<0 | 1 | 2>();
// @ts-expect-error units are in the names: librosa's `sr` is sampleRateHz here
expectTypeOf<FeatureOptions>().toHaveProperty('sr');

expectTypeOf<Recording['sex']>().toEqualTypeOf<'female' | 'male' | null>();
expectTypeOf<Recording['synthetic']>().toEqualTypeOf<boolean>();

expectTypeOf<Split['protocol']>().toEqualTypeOf<'speaker' | 'recording' | 'augmented-random'>();
expectTypeOf<Split['test']>().toEqualTypeOf<
  readonly { readonly recording: number; readonly variant: number }[]
>();
expectTypeOf<Split['validationIsTest']>().toEqualTypeOf<boolean>();

expectTypeOf<Recognition>().toEqualTypeOf<{
  readonly label: string;
  readonly confidence: number;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly startSec: number;
  readonly endSec: number;
}>();

// An item of a batch is read only after `ok` was asked.
declare const item: BatchItem<Recognition>;
// @ts-expect-error it may be an error
item.value;
if (item.ok) expectTypeOf(item.value).toEqualTypeOf<Recognition>();
else expectTypeOf(item.error.code).toEqualTypeOf<ErrorCode>();

expectTypeOf<ModelCard['labels']>().toEqualTypeOf<string[]>();
expectTypeOf<ModelCard['training']['licence']>().toEqualTypeOf<string>();
expectTypeOf<ModelCard['calibration']['temperature']>().toEqualTypeOf<number>();

expectTypeOf<ProsodiaError>().toExtend<Error>();
expectTypeOf<ErrorCode>().toEqualTypeOf<
  'INVALID_ARGUMENT' | 'DECODE' | 'LIMIT' | 'ABORTED' | 'MODEL' | 'CORPUS' | 'CHECKPOINT' | 'NATIVE_LOAD'
>();
