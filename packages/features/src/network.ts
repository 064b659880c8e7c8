import {
  type AudioClip,
  type BatchItem,
  type NetworkInput,
  networkInputSchema,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import { resolveFeatureConfig } from './config.js';
import { extractSummaries } from './extract.js';
import {
  extractFunctionals,
  type FunctionalGroup,
  functionalNames,
  functionalsFromFiles,
} from './functionals.js';
import type { BatchOptions } from './native-batch.js';
import { fitted, rowPlan, rowSize } from './row-plan.js';
import { sequenceRows } from './sequence.js';
import { type FeatureSource, type FileOptions, plannedRows, type SourceRow } from './source-rows.js';

/**
 * One row of a network's input per clip, made the same way in training and in use.
 *
 * @param clips  mono audio at any rate
 * @param input  what a row holds; see `NetworkInput`
 * @returns rows of `inputSize(input)` values, row-major
 * @throws ProsodiaError INVALID_ARGUMENT (also when `shape` does not hold what the features give), LIMIT, ABORTED
 */
export async function networkRows(
  clips: readonly AudioClip[],
  input: NetworkInput,
  call: BatchOptions = {},
): Promise<Float32Array[]> {
  const checked = checkedInput(input);
  switch (checked.summary) {
    case 'functionals':
      return extractFunctionals(clips, { groups: groupsOf(checked.groups) }, call);
    case 'sequence':
      return sequenceRows(clips, checked, call);
    default: {
      const { features, summary } = checked;
      const matrices = await extractSummaries(clips, resolveFeatureConfig(features), { summary }, call);
      const size = inputSize(checked);
      return matrices.map(({ data }) => fitted(data, size));
    }
  }
}

/**
 * As `networkRows`, for audio files: see `extractFromFiles`.
 *
 * @returns in order, each source's row or its own error
 * @throws ProsodiaError INVALID_ARGUMENT (also when `shape` does not hold what the features give), ABORTED
 */
export async function networkRowsFromFiles(
  sources: readonly FeatureSource[],
  input: NetworkInput,
  call: FileOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const checked = checkedInput(input);
  if (checked.summary === 'functionals')
    return functionalsFromFiles(sources, { groups: groupsOf(checked.groups) }, call);
  return plannedRows(rowPlan(checked, 0, Number.POSITIVE_INFINITY)!, sources, call);
}

/** Values of one row. */
export function inputSize(input: NetworkInput): number {
  if (input.summary === 'functionals') return functionalNames(groupsOf(input.groups)).length;
  return rowSize({ ...input, features: resolveFeatureConfig(input.features) });
}

/** @throws ProsodiaError INVALID_ARGUMENT for a field out of range or a shape that does not hold what the features give */
export function checkedInput<T extends NetworkInput>(input: T): T {
  const checked = parseWith(networkInputSchema, input, 'network input') as T;
  const size = inputSize(checked);
  const held = checked.shape.reduce((product, length) => product * length, 1);
  if (held !== size) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a shape of ${size} values for the network input but received [${checked.shape.join(', ')}]`,
    );
  }
  return checked;
}

/** The names are checked where the groups are used. */
export function groupsOf(groups: readonly string[] | undefined): readonly FunctionalGroup[] | undefined {
  return groups as readonly FunctionalGroup[] | undefined;
}
