export * from './bootstrap.js';
export * from './calibration.js';
export * from './caveat.js';
export * from './classification-report.js';
export * from './judge.js';
export * from './metrics.js';
