export * from './build-bank.js';
export * from './feature-bank.js';
export * from './fold-plan.js';
export * from './knowledge.js';
export * from './learner.js';
export * from './noise-condition.js';
export * from './run-fold.js';
export * from './side.js';
