export * from './corpus.js';
export * from './load.js';
export * from './ravdess-name.js';
