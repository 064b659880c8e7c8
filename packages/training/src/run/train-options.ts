import type { Protocol } from '@prosodia/contracts';
import type { Corpus, CorpusProblem } from '../corpus/corpus.js';
import type { EngineChoice, EngineName } from '../engine/engine.js';
import type { Judgement } from '../evaluate/judge.js';
import type { EpochRecord } from '../fit/history.js';
import type { RecipeOptions } from '../recipes/recipe.js';

export const TRAIN_PHASES = ['rows', 'fit', 'evaluate', 'export'] as const;
export type TrainPhase = (typeof TRAIN_PHASES)[number];

/** How many rows and which speakers are on each side. */
export interface SplitSummary {
  readonly protocol: string;
  /** The leak of the protocol in words; empty where there is none. */
  readonly caveat: string;
  readonly hash: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly trainSpeakers: readonly string[];
  readonly validationSpeakers: readonly string[];
  readonly testSpeakers: readonly string[];
}

/** What a run tells as it goes. */
export type TrainEvent =
  /** Cross-validation begins a fold, from 0. */
  | { readonly kind: 'fold'; readonly fold: number; readonly folds: number }
  | { readonly kind: 'phase'; readonly phase: TrainPhase }
  /** Recordings made into rows. */
  | { readonly kind: 'progress'; readonly phase: 'rows'; readonly done: number; readonly total: number }
  | { readonly kind: 'split'; readonly split: SplitSummary }
  /** Before the first epoch: the table of layers as Keras prints it. */
  | {
      readonly kind: 'model';
      readonly summary: string;
      readonly parameters: number;
      readonly engine: EngineName;
    }
  | {
      readonly kind: 'epoch';
      readonly record: EpochRecord;
      /** Epochs the run has at most. */
      readonly epochs: number;
      /** Seconds until then at the pace so far, if patience does not end it before. */
      readonly etaSec: number;
    }
  /** Something a person should know; nothing is left out or replaced in silence. */
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'result'; readonly result: RunResult };

export interface TrainRunOptions {
  /** A shipped recipe's name, or a recipe. */
  readonly recipe: string | RecipeOptions;
  readonly corpus: Corpus;
  /** The run's folder; it must not hold a run already, unless `resume`. */
  readonly outDir: string;
  /** `speaker` unless given. */
  readonly protocol?: Protocol | undefined;
  /** 5 unless given. */
  readonly folds?: number | undefined;
  /** Which fold is tested, from 0; `all` trains each in turn and pools their test sides. 0 unless given. */
  readonly fold?: number | 'all' | undefined;
  /** Tests on these speakers instead of a fold. */
  readonly testSpeakers?: readonly string[] | undefined;
  readonly validationSpeakers?: readonly string[] | undefined;
  /** Decides split, augmentation, initial weights, order of rows and dropout. 0 unless given. */
  readonly seed?: number | undefined;
  /** The recipe's unless given. */
  readonly epochs?: number | undefined;
  /** `auto` unless given. */
  readonly engine?: EngineChoice | undefined;
  /** Threads of the native engine. */
  readonly threads?: number | undefined;
  /** Goes on with the run in `outDir` where its newest checkpoint ends; begins where there is none. */
  readonly resume?: boolean | undefined;
  /** Folder of rows kept between runs; null keeps none. The user's cache folder unless given. */
  readonly cacheFolder?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

/** What a run found. */
export interface RunResult {
  readonly folder: string;
  readonly recipe: string;
  readonly protocol: string;
  readonly caveat: string;
  readonly seed: number;
  readonly engine: EngineName | 'closed-form';
  /** Parameters of the network. */
  readonly parameters: number;
  /** Epochs trained; of several folds, the sum. */
  readonly epochs: number;
  /** The epoch whose weights were kept; 0 for several folds. */
  readonly bestEpoch: number;
  readonly ended: 'epochs' | 'patience' | 'folds';
  /** Median over the epochs, of the pass over the training rows alone. */
  readonly secondsPerEpoch: number;
  /** On the test side; of several folds, all test sides pooled. */
  readonly accuracy: number;
  readonly uar: number;
  readonly judgement: Judgement;
  /** The exported file; null for several folds, each of which has its own in `foldResults`. */
  readonly modelPath: string | null;
  /** Largest difference of a probability between the exported file and the trained model; null for several folds. */
  readonly exportDifference: number | null;
  /** Recordings that could not become rows. */
  readonly problems: readonly CorpusProblem[];
  /** The runs of each fold; empty for a single one. */
  readonly foldResults: readonly RunResult[];
}
