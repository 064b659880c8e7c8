import type { SideRows } from '../protocol/feature-bank.js';
import type { LearnerOptions } from '../protocol/learner.js';
import type { TrainingSide } from '../protocol/side.js';

/** How what a learner sees of a clip becomes the vector that a discriminant takes. */
export interface Summary {
  /** What the vector is called in a model's file. */
  readonly name: string;
  /** The learner's input it is made of. */
  readonly input: string;
  /** JSON that changes whenever the vectors would. */
  readonly identity: unknown;
  /** Learns what there is to learn, from the training side alone. */
  fit(train: TrainingSide, options: LearnerOptions): Promise<FittedSummary>;
}

export interface FittedSummary {
  readonly size: number;
  /** Of the training clips (copy 0) or of one of their copies. */
  ofTraining(copy: number): Promise<Float32Array>;
  /** clips × size; each clip's vector depends on that clip alone. */
  vectors(rows: SideRows): Promise<Float32Array>;
}

/** The row itself, as clip statistics are. */
export function asItIs(name: string, input: string): Summary {
  return {
    ...{ name, input, identity: ['as it is', input] },
    fit: async (train) => {
      const size = train
        .pick([0])
        .rows(input)
        .rowShape.reduce((product, extent) => product * extent, 1);
      return {
        size,
        ofTraining: async (copy) => train.rows(input, copy).inputs,
        vectors: async ({ inputs }) => inputs,
      };
    },
  };
}
