import type { Recording } from '@prosodia/contracts';

/** How often each value occurs, in the order of the values. */
export type Distribution = Readonly<Record<string, number>>;

/** A file or manifest line that could not become a recording, and why. */
export interface CorpusProblem {
  /** The file, or the manifest and its line (`corpus.csv:12`). */
  readonly path: string;
  readonly reason: string;
}

/** What was found in a corpus, and everything that was not taken from it. */
export interface CorpusReport {
  readonly adapter: string;
  /** Files seen in the folders, or lines in the manifests. */
  readonly files: number;
  readonly recordings: number;
  readonly speakers: number;
  readonly distributions: {
    readonly emotion: Distribution;
    readonly intensity: Distribution;
    readonly sex: Distribution;
    readonly speaker: Distribution;
    readonly statement: Distribution;
  };
  /** Groups of two or more recordings whose files hold the same bytes. They stay in the corpus. */
  readonly duplicates: readonly (readonly string[])[];
  /** Audio files left out: names that do not decode, contradictions, repeated names, unreadable files. */
  readonly malformed: readonly CorpusProblem[];
  /** Names the corpus is known to have that were not found. */
  readonly missing: readonly string[];
  /** Files that are no audio this package reads. */
  readonly otherFiles: readonly string[];
}

/** Labelled recordings with all that is known of them as a whole. */
export interface Corpus {
  readonly name: string;
  readonly recordings: readonly Recording[];
  /** SHA-256 of each recording's file, hexadecimal, in the order of `recordings`. */
  readonly contentHashes: readonly string[];
  readonly report: CorpusReport;
  /** True when any of it was spoken by no person. */
  readonly synthetic: boolean;
  readonly licence: string;
}

/** The emotions of some recordings, in alphabetical order: the order of a model's outputs. */
export function labelsOf(recordings: readonly Pick<Recording, 'emotion'>[]): string[] {
  return [...new Set(recordings.map((recording) => recording.emotion))].sort();
}
