export * from './audio.js';
export * from './augmentation.js';
export * from './errors.js';
export * from './features.js';
export * from './model-card.js';
export * from './parse.js';
export * from './recognition.js';
export * from './recording.js';
