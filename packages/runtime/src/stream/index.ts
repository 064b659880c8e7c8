export { EmotionStream } from './emotion-stream.js';
export {
  type EmotionTrigger,
  emotionTrigger,
  type TriggerChange,
  type TriggerOptions,
} from './emotion-trigger.js';
export type { Gap, Provisional, Segment, SpeechEnd, SpeechStart, StreamEvent } from './events.js';
export type { ClipRecognizer, RecognizeOptions, StreamOptions } from './options.js';
export type { PcmChunk, TimedPcm } from './pcm-chunk.js';
