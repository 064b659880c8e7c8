import {
  type AudioClip,
  type BatchItem,
  type FeatureMatrix,
  type NetworkInput,
  networkInputSchema,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import { featureCount, resolveFeatureConfig } from './config.js';
import { extractFeatures } from './extract.js';
import {
  extractFromFiles,
  type FeatureSource,
  type SourceOptions,
  type SourceRow,
} from './extract-sources.js';
import type { BatchOptions } from './native-batch.js';

/**
 * One row of a network's input per clip, made the same way in training and in use.
 *
 * @param clips  mono audio at any rate
 * @param input  `mean`: the coefficients' means, length `coefficients`; `frames`: the matrix cut or zero-padded at its
 *   end to `frames` rows, length frames · coefficients, row-major
 * @throws ProsodiaError INVALID_ARGUMENT (also when `shape` does not hold what the features give), LIMIT, ABORTED
 */
export async function networkRows(
  clips: readonly AudioClip[],
  input: NetworkInput,
  call: BatchOptions = {},
): Promise<Float32Array[]> {
  const { config, summary, size } = checkedInput(input);
  const matrices = await extractFeatures(clips, config, { ...call, summary });
  return matrices.map((matrix) => rowOf(matrix, size));
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
  call: SourceOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const { config, summary, size } = checkedInput(input);
  const items = await extractFromFiles(sources, config, { ...call, summary });
  return items.map((item) => {
    if (!item.ok) return item;
    const { matrix, durationSec } = item.value;
    return { ok: true, value: { row: rowOf(matrix, size), durationSec } };
  });
}

function checkedInput(input: NetworkInput) {
  const { features, summary, frames, shape } = parseWith(networkInputSchema, input, 'network input');
  const config = resolveFeatureConfig(features);
  if ((summary === 'frames') !== (frames !== undefined)) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected frames with summary "frames" and only then but received summary "${summary}", frames ${frames}`,
    );
  }
  const size = featureCount(config) * (frames ?? 1);
  const held = shape.reduce((product, length) => product * length, 1);
  if (held !== size) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a shape of ${size} values for the network input but received [${shape.join(', ')}]`,
    );
  }
  return { config, summary, size };
}

/** The matrix's values, cut or followed by zeros. */
function rowOf({ data }: FeatureMatrix, size: number): Float32Array {
  if (data.length === size) return data;
  const row = new Float32Array(size);
  row.set(data.subarray(0, size));
  return row;
}
