import type { AudioClip, ModelCard } from '@prosodia/contracts';
import type { CorpusReport } from '../corpus/corpus.js';
import type { Judgement, Prediction } from '../evaluate/judge.js';
import type { EpochRecord } from '../fit/history.js';

/** One line of a table that holds recipes and protocols against each other. */
export interface ComparisonLine {
  readonly recipe: string;
  readonly protocol: string;
  readonly caveat: string;
  readonly accuracyText: string;
  readonly uarText: string;
}

/** One file of a demonstration: the row of the paper's Fig. 20. */
export interface DemoLine {
  readonly file: string;
  readonly actual: string;
  readonly predicted: string;
  readonly correct: boolean;
}

/** A clip shown as waveform, log-mel and MFCC. */
export interface ExampleClip {
  /** What is heard, e.g. `actor 01, angry, strong`. */
  readonly title: string;
  readonly clip: AudioClip;
}

/** Everything a report shows, as plain data. */
export interface ReportInput {
  readonly title: string;
  readonly corpusName: string;
  /** Puts a banner over everything: no person spoke. */
  readonly synthetic: boolean;
  readonly licence: string;
  readonly corpus: CorpusReport;
  readonly recipe: string;
  readonly augmented: boolean;
  readonly seed: number;
  readonly engine: string;
  readonly secondsPerEpoch: number;
  readonly bestEpoch: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly judgement: Judgement;
  readonly predictions: readonly Prediction[];
  readonly history: readonly EpochRecord[];
  readonly network: ModelCard['network'];
  readonly limits: readonly string[];
  readonly examples: readonly ExampleClip[];
  readonly comparison: readonly ComparisonLine[];
  readonly demo: readonly DemoLine[];
}
