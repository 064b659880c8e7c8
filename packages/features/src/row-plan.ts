// Loads no schemas and no addon: it is part of every cold start.
import type { NetworkInput } from '@prosodia/contracts';
import type { NativeFeatureConfig, NativeFeatureRequest } from '@prosodia/native';
import { expect } from './expect.js';
import { checkConfig, derive, featureCount } from './whole-config.js';

/** How rows are made; plain data, to be posted to a thread. */
export interface RowPlan {
  readonly config: NativeFeatureConfig;
  readonly request: NativeFeatureRequest;
  /** Values of a row. */
  readonly size: number;
}

/**
 * How a network's rows are made, of an input that has been checked and whose defaults are filled in.
 *
 * @param minClipSec  sources shorter than this, or longer than `maxClipSec`, have no row
 * @returns undefined for an input that `rowOf` does not make: clip statistics
 * @throws ProsodiaError INVALID_ARGUMENT for fields that contradict each other, or a shape that does not hold a row
 */
export function rowPlan(input: NetworkInput, minClipSec: number, maxClipSec: number): RowPlan | undefined {
  if (input.summary === 'functionals') return undefined;
  const { features, summary, shape } = input;
  checkConfig(features);
  const limits = { minSec: minClipSec, maxSec: maxClipSec };
  const size = rowSize(input);
  const held = shape.reduce((product, length) => product * length, 1);
  expect(held === size, `a shape of ${size} values for the network input`, `[${shape.join(', ')}]`);
  if (summary !== 'sequence') return { config: derive(features), request: { summary, ...limits }, size };
  const { trimDb, poolFrames, frames } = input;
  return { config: derive(features), request: { summary, trimDb, poolFrames, frames, ...limits }, size };
}

/** Values of one row. */
export function rowSize(input: Exclude<NetworkInput, { summary: 'functionals' }>): number {
  const coefficients = featureCount(input.features);
  switch (input.summary) {
    case 'mean':
      return coefficients;
    case 'frames':
      return coefficients * input.frames;
    case 'sequence':
      return (coefficients + 1) * input.frames;
  }
}

/** The values, cut or followed by zeros. */
export function fitted(values: Float32Array, size: number): Float32Array {
  if (values.length === size) return values;
  const row = new Float32Array(size);
  row.set(values.subarray(0, size));
  return row;
}
