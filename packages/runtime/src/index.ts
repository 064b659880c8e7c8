export type {
  AudioClip,
  BatchItem,
  ErrorCode,
  ErrorReport,
  LongCallOptions,
  ModelCard,
  Progress,
  Recognition,
  VoiceProfile,
} from '@prosodia/contracts';
export { isProsodiaError, ProsodiaError } from '@prosodia/contracts/errors';
export type { ClipSource } from './clip-source.js';
export type { RecognizerOptions } from './options.js';
export { NO_SPEECH, UNSURE } from './recognition.js';
export { Recognizer, readModelFile } from './recognizer.js';
export type { GraphInput } from './row-layout.js';
export { SpeechDetector, SpeechListener } from './speech-detector.js';
export { emotionTrigger } from './stream/emotion-trigger.js';
export type * from './stream/index.js';
export { type ValenceArousal, valenceArousal } from './valence-arousal.js';
export type { Example } from './voice/adapt-head.js';
export { type Adaptation, type AdaptationReport, adaptHeads } from './voice/adaptation.js';
export { type Head, mixtureOf } from './voice/head.js';
export { readProfile } from './voice/profile.js';
export type { Voice } from './voice/voice.js';
