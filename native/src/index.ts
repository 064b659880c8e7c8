export * from './augment.js';
export * from './job.js';
export * from './load.js';
export * from './prosody.js';
export * from './signal.js';
export * from './train.js';
