// What a recognizer needs once it is there, and no program's first answer waits for.
export { SpeechDetector } from './speech-detector.js';
export { EmotionStream } from './stream/emotion-stream.js';
export { streamSettings } from './stream/options.js';
export { Voice } from './voice/voice.js';
