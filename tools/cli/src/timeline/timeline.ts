import type { AudioClip, Recognition } from '@prosodia/contracts';
import type { PcmChunk, Recognizer, StreamOptions } from '@prosodia/runtime';

/** Audio is handed to the stream in pieces of this length. */
const CHUNK_SEC = 0.5;

/** What was said when, as the JSON that `prosodia timeline` writes. */
export interface Timeline {
  readonly durationSec: number;
  readonly segments: readonly Recognition[];
}

/** The segments of a whole recording, as a stream would have found them. */
export async function timelineOf(
  recognizer: Recognizer,
  clip: AudioClip,
  options: Pick<StreamOptions, 'vad' | 'signal'>,
): Promise<Timeline> {
  const { samples, sampleRateHz } = clip;
  const segments: Recognition[] = [];
  // Nobody sees the provisional answers here, so next to none are asked for.
  const stream = recognizer.stream({ ...options, sampleRateHz, hopSec: 60 });
  for await (const event of stream.from(chunksOf(samples, Math.round(CHUNK_SEC * sampleRateHz)))) {
    if (event.type !== 'segment') continue;
    const { startSec, endSec, label, confidence, probabilities } = event;
    segments.push({ startSec, endSec, label, confidence, probabilities });
  }
  return { durationSec: samples.length / sampleRateHz, segments };
}

export function* chunksOf(samples: Float32Array, size: number): Iterable<PcmChunk> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}
