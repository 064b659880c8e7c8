export * from './corpus.js';
export * from './join.js';
export * from './load.js';
export * from './ravdess-name.js';
export * from './relative-paths.js';
