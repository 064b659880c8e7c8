export * from './export-run.js';
export * from './run-folder.js';
export { readRunResult } from './run-result.js';
export { trainDiscriminant } from './train-discriminant.js';
export * from './train-options.js';
export * from './train-run.js';
