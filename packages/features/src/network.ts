import {
  type AudioClip,
  type NetworkInput,
  networkInputSchema,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import { featureCount, resolveFeatureConfig } from './config.js';
import { extractFeatures, meanOverFrames } from './extract.js';
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
  const { features, summary, frames, shape } = parseWith(networkInputSchema, input, 'network input');
  const config = resolveFeatureConfig(features);
  const coefficients = featureCount(config);
  if ((summary === 'frames') !== (frames !== undefined)) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected frames with summary "frames" and only then but received summary "${summary}", frames ${frames}`,
    );
  }
  const size = coefficients * (frames ?? 1);
  const held = shape.reduce((product, length) => product * length, 1);
  if (held !== size) {
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a shape of ${size} values for the network input but received [${shape.join(', ')}]`,
    );
  }
  const matrices = await extractFeatures(clips, config, call);
  if (frames === undefined) return matrices.map(meanOverFrames);
  return matrices.map(({ data }) => {
    const row = new Float32Array(size);
    row.set(data.subarray(0, size));
    return row;
  });
}
