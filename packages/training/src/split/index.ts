export * from './check-split.js';
export * from './speaker-folds.js';
export * from './split.js';
