import { createHash } from 'node:crypto';
import type { Protocol, RowRef, Split } from '@prosodia/contracts';
import type { SplitCorpus } from '../split/check-split.js';
import { PROTOCOL_CAVEATS, type SplitOptions } from '../split/split.js';
import type { SplitSummary, TrainRunOptions } from './train-options.js';

/** The split's options but for the rows of a recording, which the recipe decides. */
export type ProtocolPlan = Omit<SplitOptions, 'rowsPerRecording'> & {
  readonly protocol: Protocol;
  readonly folds: number;
  readonly fold: number;
};

/** What a run's options say of the split, defaults filled in. */
export function protocolPlan(options: TrainRunOptions): ProtocolPlan {
  return {
    protocol: options.protocol ?? 'speaker',
    folds: options.folds ?? 5,
    fold: options.fold === 'all' ? 0 : (options.fold ?? 0),
    testSpeakers: options.testSpeakers,
    validationSpeakers: options.validationSpeakers,
    seed: options.seed ?? 0,
  };
}

/** The protocol as it is named beside every figure: `speaker, fold 1 of 5`, `speaker, named speakers`. */
export function protocolName({ protocol, fold, folds, testSpeakers }: ProtocolPlan): string {
  return testSpeakers ? `${protocol}, named speakers` : `${protocol}, fold ${fold + 1} of ${folds}`;
}

export function splitSummary(corpus: SplitCorpus, split: Split, plan: ProtocolPlan): SplitSummary {
  const speakers = (rows: readonly RowRef[]) =>
    [...new Set(rows.map(({ recording }) => corpus.recordings[recording]!.speaker))].sort();
  return {
    protocol: protocolName(plan),
    caveat: PROTOCOL_CAVEATS[plan.protocol],
    hash: split.hash,
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    trainSpeakers: speakers(split.train),
    validationSpeakers: speakers(split.validation),
    testSpeakers: speakers(split.test),
  };
}

/** A short name for everything that must be the same for a run to be resumed. */
export function identityOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
