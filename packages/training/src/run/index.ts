export * from './finished-run.js';
export * from './run-folder.js';
export { trainDiscriminant } from './train-discriminant.js';
export * from './train-options.js';
export * from './train-run.js';
