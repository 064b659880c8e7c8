import type { BenchRow } from '../row.js';

/** Every bench by the name it is asked for; loaded when it runs. */
export const BENCHES = {
  features: async () => (await import('./features.js')).benchFeatures(),
  live: async () => (await import('./live.js')).benchLive(),
} satisfies Record<string, () => Promise<BenchRow[]>>;

export type BenchName = keyof typeof BENCHES;
