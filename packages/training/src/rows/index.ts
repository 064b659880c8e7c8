export * from './build-rows.js';
export * from './fit-scaler.js';
export * from './network-input.js';
export * from './row-cache.js';
export * from './row-table.js';
