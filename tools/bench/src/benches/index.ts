import type { BenchRow, FiguredRows } from '../row.js';

/** Options that some benches take. */
export interface BenchOptions {
  /** Of augment: all of RAVDESS, in place of single clips. */
  readonly corpus?: boolean | undefined;
  /** Of augment: where to write spectrograms of every clip, before and after. */
  readonly report?: string | undefined;
}

/** Every bench by the name it is asked for; loaded when it runs. */
export const BENCHES = {
  augment: async (options) => {
    if (options.corpus) return (await import('./augment-corpus.js')).benchAugmentCorpus();
    return (await import('./augment.js')).benchAugment(options.report);
  },
  corpus: async () => (await import('./corpus.js')).benchCorpus(),
  features: async () => (await import('./features.js')).benchFeatures(),
  linearity: async () => (await import('./linearity.js')).benchLinearity(),
  live: async () => (await import('./live.js')).benchLive(),
  'live-decision': async () => (await import('./live-decision.js')).benchDecision(),
  'live-hour': async () => (await import('./live-hour.js')).benchHour(),
  'live-load': async () => (await import('./live.js')).benchService(),
  'live-ways': async () => (await import('./live-ways.js')).benchWays(),
  mlserver: async () => (await import('./mlserver.js')).benchMlserver(),
  runtime: async () => (await import('./runtime.js')).benchRuntime(),
  train: async () => (await import('./train.js')).benchTrain(),
  'train-growth': async () => (await import('./train.js')).benchTrainGrowth(),
  triton: async () => (await import('./triton-client.js')).benchTritonClient(),
} satisfies Record<string, (options: BenchOptions) => Promise<BenchRow[] | FiguredRows>>;

export type BenchName = keyof typeof BENCHES;
