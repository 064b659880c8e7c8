// Loads no schemas, and decoders only for files that need them: a recognizer has no use for them.
import { fileURLToPath } from 'node:url';
import type { AudioClip, BatchItem } from '@prosodia/contracts';
import { isProsodiaError, ProsodiaError } from '@prosodia/contracts/errors';
import type { NativeCall, NativeFailure, NativeJob } from '@prosodia/native';
import { checkClips } from './clips.js';
import { type BatchOptions, nativeError, runBatch, throwIfAborted } from './native-batch.js';

/** Audio to extract from: the path or `file:` URL of a file, a file's bytes, or a clip in memory. */
export type FeatureSource = string | URL | Uint8Array | AudioClip;

/** Options of every call on files. */
export interface FileOptions extends BatchOptions {
  /** A source shorter than this is refused with INVALID_ARGUMENT; 0 unless given. */
  readonly minClipSec?: number | undefined;
  /** A source longer than this is refused with LIMIT before anything is computed; no limit unless given. */
  readonly maxClipSec?: number | undefined;
}

/** A source as the addon takes it. */
type Plain = string | Uint8Array | AudioClip;

/** What the addon says of every source it could read. */
interface Measured {
  /** Samples at the source's own rate. */
  readonly samples: number;
  readonly sampleRateHz: number;
}

type Answer<T> = T | NativeFailure | ProsodiaError | null;

/** Starts an operation of the addon on some sources, to which clips outside the limits are not worth its work. */
export type StartOnSources<T> = (
  sources: readonly Plain[],
  limits: { readonly minSec: number; readonly maxSec: number },
  call: NativeCall,
) => NativeJob<(T | NativeFailure | null)[]>;

// What starting a file costs the event loop, in samples copied: nothing but its path.
const FILE_WEIGHT = 16_384;
// Other formats are decoded before; this many clips are held at a time.
const DECODED_AT_ONCE = 16;

/**
 * An operation of the addon on each source: WAV files are read by its threads, other formats are decoded first.
 *
 * @returns in order, what the operation gave and the source's length, or the source's own error
 * @throws ProsodiaError INVALID_ARGUMENT for a source of another type, ABORTED
 */
export async function onSources<T extends Measured>(
  sources: readonly FeatureSource[],
  start: StartOnSources<T>,
  call: FileOptions,
): Promise<BatchItem<{ readonly found: T; readonly durationSec: number }>[]> {
  const plain = sources.map(checkedSource);
  const answers = await answersOf(plain, start, call);
  await decodeOthers(plain, answers, start, call);
  return answers.map((answer, index) => toItem(answer, nameOf(plain[index]!), call));
}

function answersOf<T>(
  sources: readonly Plain[],
  start: StartOnSources<T>,
  call: FileOptions,
): Promise<Answer<T>[]> {
  const limits = { minSec: call.minClipSec ?? 0, maxSec: call.maxClipSec ?? Number.POSITIVE_INFINITY };
  return runBatch<Answer<T>>(
    {
      total: sources.length,
      weight: (index) => weightOf(sources[index]!),
      start: (first, end, nativeCall) => start(sources.slice(first, end), limits, nativeCall),
      nameOf: (index) => nameOf(sources[index]!),
    },
    call,
  );
}

/** Decodes what the addon left (other formats, files that are not there) and fills in its answers. */
async function decodeOthers<T>(
  sources: readonly Plain[],
  answers: Answer<T>[],
  start: StartOnSources<T>,
  { onProgress: _, ...call }: FileOptions,
): Promise<void> {
  const left = sources.flatMap((source, index) => (answers[index] === null ? [{ source, index }] : []));
  if (left.length === 0) return;
  const { decodeBytes, decodeFile } = await import('./decode.js');
  for (let first = 0; first < left.length; first += DECODED_AT_ONCE) {
    throwIfAborted(call.signal);
    const group = left.slice(first, first + DECODED_AT_ONCE);
    const clips: { clip: AudioClip; index: number }[] = [];
    const decode = async ({ source, index }: (typeof group)[number]) => {
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
    };
    await Promise.all(group.map(decode));
    const found = await answersOf(
      clips.map(({ clip }) => clip),
      start,
      call,
    );
    clips.forEach(({ index }, i) => {
      answers[index] = found[i]!;
    });
  }
}

function toItem<T extends Measured>(
  answer: Answer<T>,
  name: string,
  { minClipSec = 0, maxClipSec = Number.POSITIVE_INFINITY }: FileOptions,
): BatchItem<{ readonly found: T; readonly durationSec: number }> {
  if (answer === null || answer instanceof Error) {
    const error = isProsodiaError(answer) ? answer : nativeError(answer, `${name}: ${answer?.message}`);
    if (!isProsodiaError(error)) throw error;
    return { ok: false, error: { code: error.code, message: error.message } };
  }
  const durationSec = answer.samples / answer.sampleRateHz;
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
  return { ok: true, value: { found: answer, durationSec } };
}

function checkedSource(source: FeatureSource, index: number): Plain {
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

function weightOf(source: Plain): number {
  if (typeof source === 'string') return FILE_WEIGHT;
  return source instanceof Uint8Array ? source.length / 4 : source.samples.length;
}

function nameOf(source: Plain): string {
  if (typeof source === 'string') return source;
  return source instanceof Uint8Array ? 'the bytes given' : 'the clip given';
}
