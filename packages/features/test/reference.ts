import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FeatureOptions } from '@prosodia/contracts';

const folder = join(import.meta.dirname, '../../../tools/golden/reference');

/** One matrix that librosa made; see tools/golden/write_mfcc.py. A file that is missing fails the test. */
export interface ReferenceCase {
  readonly name: string;
  /** A signal of the reference folder, or a RAVDESS clip (`Actor_01/03-…`, without extension). */
  readonly signal?: string;
  readonly clip?: string;
  readonly sha256?: string;
  readonly samples?: number;
  readonly options: FeatureOptions & { readonly preset?: 'kaldi' | 'htk' };
  readonly frames: number;
  readonly coefficients: number;
  readonly matrix: Float64Array;
}

export function referenceCases(name: 'mfcc' | 'ravdess' | 'recogniser-frames'): ReferenceCase[] {
  const bytes = readFileSync(join(folder, `${name}.f64`));
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { cases } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
    cases: (ReferenceCase & { offset: number })[];
  };
  return cases.map((entry) => ({
    ...entry,
    matrix: values.subarray(entry.offset, entry.offset + entry.frames * entry.coefficients),
  }));
}

export function signalPath(name: string): string {
  return join(folder, 'signals', `${name}.wav`);
}

/** Largest and mean difference of two matrices, and the largest of their coefficients' means over frames. */
export function differences(ours: Float32Array, reference: Float64Array, coefficients: number) {
  const means = new Float64Array(coefficients);
  let max = 0;
  let sum = 0;
  reference.forEach((value, i) => {
    const difference = ours[i]! - value;
    max = Math.max(max, Math.abs(difference));
    sum += Math.abs(difference);
    means[i % coefficients]! += difference;
  });
  const frames = reference.length / coefficients;
  return { max, mean: sum / reference.length, ofMeans: Math.max(...means.map(Math.abs)) / frames };
}
