// Loads no schemas, and decoders only for files that need them: a recognizer has no use for them.
import { fileURLToPath } from 'node:url';
import type { AudioClip, BatchItem, FeatureConfig, FeatureMatrix } from '@prosodia/contracts';
import { isProsodiaError, ProsodiaError } from '@prosodia/contracts/errors';
import type { NativeFailure, NativeFeatures, NativeSummary } from '@prosodia/native';
import { nativeAddon } from '@prosodia/native/load';
import { checkClips } from './clips.js';
import { type BatchOptions, nativeError, runBatch, throwIfAborted } from './native-batch.js';
import { fitted, type RowPlan } from './row-plan.js';
import { derive } from './whole-config.js';

/** Audio to extract from: the path or `file:` URL of a file, a file's bytes, or a clip in memory. */
export type FeatureSource = string | URL | Uint8Array | AudioClip;

/** What a source gave. */
export interface SourceFeatures {
  /** One row with `summary: 'mean'`, otherwise every frame. */
  readonly matrix: FeatureMatrix;
  /** Length of the source at its own rate. */
  readonly durationSec: number;
}

/** A source's row of a network's input. */
export interface SourceRow {
  readonly row: Float32Array;
  /** Length of the source at its own rate. */
  readonly durationSec: number;
}

/** Options of every call on files. */
export interface FileOptions extends BatchOptions {
  /** A source shorter than this is refused with INVALID_ARGUMENT; 0 unless given. */
  readonly minClipSec?: number | undefined;
  /** A source longer than this is refused with LIMIT before anything is computed; no limit unless given. */
  readonly maxClipSec?: number | undefined;
}

type Answer = NativeFeatures | NativeFailure | null;

// What starting a file costs the event loop, in samples copied: nothing but its path.
const FILE_WEIGHT = 16_384;
// Other formats are decoded on the event loop; this many clips are held at a time.
const DECODED_AT_ONCE = 16;

/**
 * A network's row of each source, or its own error; as `networkRowsFromFiles`, by a plan.
 *
 * @throws ProsodiaError INVALID_ARGUMENT for a source of another type, ABORTED
 */
export async function plannedRows(
  plan: RowPlan,
  sources: readonly FeatureSource[],
  call: FileOptions = {},
): Promise<BatchItem<SourceRow>[]> {
  const { minSec, maxSec, ...summary } = plan.request;
  const limits = { minClipSec: minSec, maxClipSec: maxSec };
  const items = await summariesFromFiles(sources, plan.config, summary, { ...limits, ...call });
  return items.map((item) => {
    if (!item.ok) return item;
    const { matrix, durationSec } = item.value;
    return { ok: true, value: { row: fitted(matrix.data, plan.size), durationSec } };
  });
}

/** One matrix per source, made of its frames as `summary` says, or its own error. */
export async function summariesFromFiles(
  sources: readonly FeatureSource[],
  config: FeatureConfig,
  summary: NativeSummary,
  call: FileOptions,
): Promise<BatchItem<SourceFeatures>[]> {
  const plain = sources.map(checkedSource);
  const answers = await answersOf(plain, config, summary, call);
  await decodeOthers(plain, answers, config, summary, call);
  return answers.map((answer, index) => toItem(answer, nameOf(plain[index]!), call));
}

function answersOf(
  sources: readonly (string | Uint8Array | AudioClip)[],
  config: FeatureConfig,
  summary: NativeSummary,
  call: FileOptions,
): Promise<(Answer | ProsodiaError)[]> {
  const native = derive(config);
  const request = {
    ...summary,
    minSec: call.minClipSec ?? 0,
    maxSec: call.maxClipSec ?? Number.POSITIVE_INFINITY,
  };
  const addon = nativeAddon();
  return runBatch<Answer | ProsodiaError>(
    {
      total: sources.length,
      weight: (index) => weightOf(sources[index]!),
      start: (first, end, nativeCall) =>
        addon.extractFeatures(sources.slice(first, end), native, request, nativeCall),
      nameOf: (index) => nameOf(sources[index]!),
    },
    call,
  );
}

/** Decodes what the addon left (other formats, files that are not there) and fills in its answers. */
async function decodeOthers(
  sources: readonly (string | Uint8Array | AudioClip)[],
  answers: (Answer | ProsodiaError)[],
  config: FeatureConfig,
  summary: NativeSummary,
  { onProgress: _, ...call }: FileOptions,
): Promise<void> {
  const left = sources.flatMap((source, index) => (answers[index] === null ? [{ source, index }] : []));
  if (left.length === 0) return;
  const { decodeBytes, decodeFile } = await import('./decode.js');
  for (let first = 0; first < left.length; first += DECODED_AT_ONCE) {
    throwIfAborted(call.signal);
    const group = left.slice(first, first + DECODED_AT_ONCE);
    const clips: { clip: AudioClip; index: number }[] = [];
    for (const { source, index } of group) {
      try {
        const file = source as string | Uint8Array;
        const clip =
          typeof file === 'string'
            ? await decodeFile(file, { signal: call.signal })
            : await decodeBytes(file, nameOf(file));
        clips.push({ clip, index });
      } catch (error) {
        if (!isProsodiaError(error) || error.code === 'ABORTED') throw error;
        answers[index] = error;
      }
    }
    const found = await answersOf(
      clips.map(({ clip }) => clip),
      config,
      summary,
      call,
    );
    clips.forEach(({ index }, i) => {
      answers[index] = found[i]!;
    });
  }
}

function toItem(
  answer: Answer | ProsodiaError,
  name: string,
  { minClipSec = 0, maxClipSec = Number.POSITIVE_INFINITY }: FileOptions,
): BatchItem<SourceFeatures> {
  if (answer === null || !('data' in answer)) {
    const error = isProsodiaError(answer) ? answer : nativeError(answer, `${name}: ${answer?.message}`);
    if (!isProsodiaError(error)) throw error;
    return { ok: false, error: { code: error.code, message: error.message } };
  }
  const { data, frames, coefficients, samples, sampleRateHz } = answer;
  const durationSec = samples / sampleRateHz;
  const received = `s of audio in ${name} but received ${durationSec} s`;
  if (durationSec < minClipSec) {
    return {
      ok: false,
      error: { code: 'INVALID_ARGUMENT', message: `Expected at least ${minClipSec} ${received}` },
    };
  }
  if (durationSec > maxClipSec) {
    return {
      ok: false,
      error: { code: 'LIMIT', message: `Expected at most ${maxClipSec} ${received} (maxClipSec)` },
    };
  }
  return { ok: true, value: { matrix: { data, frames, coefficients }, durationSec } };
}

function checkedSource(source: FeatureSource, index: number): string | Uint8Array | AudioClip {
  if (typeof source === 'string' || source instanceof Uint8Array) return source;
  if (source instanceof URL) {
    if (source.protocol === 'file:') return fileURLToPath(source);
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected a file: URL for source ${index} but received ${source.href}`,
    );
  }
  checkClips([source]);
  return source;
}

function weightOf(source: string | Uint8Array | AudioClip): number {
  if (typeof source === 'string') return FILE_WEIGHT;
  return source instanceof Uint8Array ? source.length / 4 : source.samples.length;
}

function nameOf(source: string | Uint8Array | AudioClip): string {
  if (typeof source === 'string') return source;
  return source instanceof Uint8Array ? 'the bytes given' : 'the clip given';
}
