export * from './build-model.js';
export * from './model-spec.js';
export * from './model-summary.js';
