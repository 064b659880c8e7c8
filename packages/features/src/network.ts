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
import { resampleClips } from './resample.js';
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

/** Statistics are of speech at this rate. */
const FUNCTIONALS_RATE_HZ = 16_000;

/**
 * A row for each input and clip; what several inputs need alike is done once, and the values are those of
 * `networkRows` to the bit.
 *
 * @returns for each input in order, one row per clip
 * @throws ProsodiaError as `networkRows`
 */
export async function networkRowsOfAll(
  clips: readonly AudioClip[],
  inputs: readonly NetworkInput[],
  call: BatchOptions = {},
): Promise<Float32Array[][]> {
  const [rateHz, ...others] = new Set(inputs.map(rateOf));
  const shared =
    inputs.length > 1 && rateHz !== undefined && others.length === 0
      ? await resampleClips(clips, rateHz, call)
      : clips;
  return Promise.all(inputs.map((input) => networkRows(shared, input, call)));
}

function rateOf(input: NetworkInput): number {
  return input.summary === 'functionals' ? FUNCTIONALS_RATE_HZ : input.features.sampleRateHz;
}

/** Values of one row. */
export function inputSize(input: NetworkInput): number {
  if (input.summary === 'functionals') return functionalNames(groupsOf(input.groups)).length;
  return rowSize({ ...input, features: resolveFeatureConfig(input.features) });
}

function checkedInput<T extends NetworkInput>(input: T): T {
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
function groupsOf(groups: readonly string[] | undefined): readonly FunctionalGroup[] | undefined {
  return groups as readonly FunctionalGroup[] | undefined;
}
