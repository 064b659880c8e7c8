import { createRequire } from 'node:module';
import type { TensorFlow } from '../engine/backend.js';

/** Versions of everything that decides a run's numbers. */
export function softwareVersions(library?: TensorFlow): Record<string, string> {
  const own = createRequire(import.meta.url)('../../package.json') as { version: string };
  return {
    prosodia: own.version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    ...(library && { tensorflowjs: library.version['tfjs-core'] ?? 'unknown' }),
  };
}
