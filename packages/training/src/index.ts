export * from './corpus/index.js';
export * from './evaluate/index.js';
export * from './export/index.js';
export * from './fetch/index.js';
export * from './random.js';
export * from './split/index.js';
