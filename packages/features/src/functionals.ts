import { type AudioClip, type BatchItem, ProsodiaError } from '@prosodia/contracts';
import { type NativeSummary, nativeAddon } from '@prosodia/native';
import { resolveFeatureConfig } from './config.js';
import { extractSummaries } from './extract.js';
import type { BatchOptions } from './native-batch.js';
import {
  type FeatureSource,
  type FileOptions,
  rowOfItem,
  type SourceRow,
  summariesFromFiles,
} from './source-rows.js';

/** One clip's statistics, in the order of `functionalNames()`. */
export type FeatureVector = Float32Array;

/** A value of the vector. */
export interface Functional {
  /** Contour, its number where there are several, and statistic: `cepstrum3.p50`. */
  readonly name: string;
  readonly group: FunctionalGroup;
}

/** Parts of the vector that belong together, in its order. */
export const functionalGroups = [
  'cepstrum',
  'pitch',
  'level',
  'modulation',
  'thirds',
  'contours',
  'voiced-spectrum',
  'dynamics',
  'pitch-shape',
  'band-energy',
  'loudness',
  'slope',
  'cepstrum-delta',
] as const;

export type FunctionalGroup = (typeof functionalGroups)[number];

export interface FunctionalOptions {
  /** Groups wanted, in the vector's order whatever theirs; all unless given. */
  readonly groups?: readonly FunctionalGroup[] | undefined;
}

/**
 * What the values of a vector are.
 *
 * @param groups  of these groups only; all unless given
 * @throws ProsodiaError INVALID_ARGUMENT for an unknown group
 */
export function functionalTable(groups: readonly FunctionalGroup[] = functionalGroups): Functional[] {
  const wanted = new Set<string>(groups.map(checkedGroup));
  wholeTable ??= nativeAddon().functionalTable() as Functional[];
  return wholeTable.filter(({ group }) => wanted.has(group));
}

let wholeTable: readonly Functional[] | undefined;

/** The names of a vector's values, in order. */
export function functionalNames(groups?: readonly FunctionalGroup[]): string[] {
  return functionalTable(groups).map(({ name }) => name);
}

/**
 * Clip-level statistics of speech: how its spectrum, pitch, loudness and rhythm are distributed and move, as one vector.
 *
 * Each clip is resampled to 16 kHz and cut into frames of 25 ms every 10 ms (64 mel bands of 50 to 8,000 Hz); its edges
 * more than 35 dB below the loudest part are left out but for 80 ms, and digital silence there too; F0 from 70 to 600 Hz.
 * Every value is finite for every clip of finite samples, also for silence, noise, or no samples at all. A clip's vector
 * depends on the clip alone: not on the others of the batch, nor on the number of threads; between instruction sets
 * (`PROSODIA_ISA`) it may differ in its last digits.
 *
 * @param clips    mono audio in [-1, 1]; rates may differ
 * @param options  `groups`: the parts of the vector wanted
 * @returns one vector for each clip, in order; `functionalNames(groups)` says what its values are
 * @throws ProsodiaError INVALID_ARGUMENT (a sample that is not finite: which clip, which index), LIMIT, ABORTED
 * @example
 * const [vector] = await extractFunctionals([{ samples: new Float32Array(16000), sampleRateHz: 16000 }]);
 * vector[functionalNames().indexOf('clip.durationSec')] // 1.01: frames are centred, both ends have one
 */
export async function extractFunctionals(
  clips: readonly AudioClip[],
  options: FunctionalOptions = {},
  call: BatchOptions = {},
): Promise<FeatureVector[]> {
  const matrices = await extractSummaries(clips, resolveFeatureConfig(), functionalsSummary(options), call);
  return matrices.map(({ data }) => data);
}

/**
 * As `extractFunctionals`, for audio files: see `extractFromFiles`.
 *
 * @returns in order, each source's vector or its own error
 * @throws ProsodiaError INVALID_ARGUMENT, ABORTED
 */
export async function functionalsFromFiles(
  sources: readonly FeatureSource[],
  options: FunctionalOptions = {},
  call: FileOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const items = await summariesFromFiles(sources, resolveFeatureConfig(), functionalsSummary(options), call);
  return items.map((item) => rowOfItem(item));
}

/** @throws ProsodiaError INVALID_ARGUMENT for an unknown group */
export function functionalsSummary({ groups }: FunctionalOptions): NativeSummary {
  return { summary: 'functionals', groups: groups?.map(checkedGroup) };
}

function checkedGroup(group: FunctionalGroup): FunctionalGroup {
  if (functionalGroups.includes(group)) return group;
  throw new ProsodiaError(
    'INVALID_ARGUMENT',
    `Expected one of ${functionalGroups.join(', ')} for a group of functionals but received ${String(group)}`,
  );
}
