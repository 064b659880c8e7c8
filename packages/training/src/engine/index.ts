export * from './backend.js';
export * from './create-engine.js';
export * from './engine.js';
export { nativeSupports } from './native-model.js';
