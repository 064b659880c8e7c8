import { Recognizer, type Segment, type TimedPcm } from '@prosodia/runtime';
import type { FiguredRows } from '../row.js';
import { withSynthetic } from '../synthetic-speech.js';
import { type Minute, minuteOf } from '../ways/minute.js';
import { BENCH_MODEL } from './live.js';

const CHUNK_SEC = 0.1;
/** The sound card's clock is fast by this share, and each of its timestamps is off by up to this. */
const DRIFT = 1e-4;
const JITTER_SEC = 0.01;
/** After every minute so much was never received, in turn: too short to end speech, and long. */
const GAPS_SEC = [0.25, 3] as const;
/** Minutes after which memory is compared with that at the end. */
const SETTLED_MIN = 2;

/**
 * Hours of audio through one stream, with a drifting clock and gaps: the memory it takes, and where it says that speech was.
 *
 * A minute of synthetic speech over and over, as fast as it goes; as many minutes as PROSODIA_MINUTES says, 60 unless given.
 */
export async function benchHour(): Promise<FiguredRows> {
  const minutes = Number(process.env.PROSODIA_MINUTES ?? 60);
  const minute = await withSynthetic((recordings) => minuteOf(recordings, 2));
  const recognizer = await Recognizer.load(BENCH_MODEL);
  try {
    return { rows: [], figures: await hear(recognizer, minute, minutes) };
  } finally {
    await recognizer.close();
  }
}

async function hear(recognizer: Recognizer, minute: Minute, minutes: number): Promise<object> {
  const { sampleRateHz } = minute;
  const begun = performance.now();
  const memory: number[] = [];
  const starts: number[] = [];
  let [segments, gaps, late] = [0, 0, 0];
  const onMinute = (begin: number) => {
    starts.push(begin);
    globalThis.gc?.();
    memory.push(process.memoryUsage.rss() / 2 ** 20);
  };
  const stream = recognizer.stream({ sampleRateHz });
  for await (const event of stream.from(chunksOf(minute, minutes, onMinute))) {
    if (event.type === 'gap') gaps++;
    if (event.type !== 'segment') continue;
    segments++;
    late = Math.max(late, offBy(event, minute, starts));
  }
  const settled = memory[Math.min(SETTLED_MIN, memory.length - 1)]!;
  return {
    minutes,
    segmentsPerMinute: segments / minutes,
    clipsPerMinute: minute.placed.length,
    gaps,
    gapsMade: minutes - 1,
    clockRanAwayByMs: Math.round(1_000 * DRIFT * 60 * minutes),
    largestErrorOfAStartMs: Math.round(1_000 * late),
    rssSettledMiB: Math.round(settled),
    rssAtTheEndMiB: Math.round(memory.at(-1)!),
    tookSec: Math.round((performance.now() - begun) / 1_000),
  };
}

/** The minute over and over, with the timestamps of a clock that is fast. */
function* chunksOf(
  { samples, sampleRateHz }: Minute,
  minutes: number,
  onMinute: (beginSec: number) => void,
): Generator<TimedPcm> {
  const size = Math.round(CHUNK_SEC * sampleRateHz);
  let timeSec = 0;
  for (let minute = 0; minute < minutes; minute++) {
    if (minute > 0) timeSec += GAPS_SEC[minute % GAPS_SEC.length]!;
    onMinute(timeSec);
    for (let at = 0; at < samples.length; at += size) {
      const chunk = samples.subarray(at, at + size);
      const jitterSec = JITTER_SEC * Math.sin(7 * minute + 0.37 * at);
      yield { samples: chunk, timeSec: timeSec + jitterSec };
      timeSec += (chunk.length / sampleRateHz) * (1 + DRIFT);
    }
  }
}

/** How far a segment's beginning is from the nearest clip's, on the source's clock. */
function offBy({ startSec }: Segment, { placed }: Minute, starts: readonly number[]): number {
  const distances = starts
    .slice(-2)
    .flatMap((begin) => placed.map((clip) => Math.abs(begin + clip.startSec * (1 + DRIFT) - startSec)));
  return Math.min(...distances);
}
