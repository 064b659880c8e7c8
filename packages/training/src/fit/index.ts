export * from './checkpoint-file.js';
export * from './checkpoint-store.js';
export * from './early-stopping.js';
export * from './fit.js';
export * from './history.js';
