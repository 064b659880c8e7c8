// A process of its own that measures what a recognizer costs it; prints one line of JSON.
import type { Recognition } from '@prosodia/runtime';

const born = performance.now();
const { Recognizer } = await import('@prosodia/runtime');
const { monitorEventLoopDelay } = await import('node:perf_hooks');
const { setTimeout } = await import('node:timers/promises');
const { getHeapSpaceStatistics } = await import('node:v8');

/** What a process notices of a recognizer. */
export interface RuntimeFigures {
  /** One call after another, warm. */
  readonly fileToAnswerMedianMs: number;
  readonly fileToAnswerP99Ms: number;
  /** One batch of many files, two workers. */
  readonly clipsPerSecond: number;
  /** Import, load and first answer. */
  readonly coldStartMs: number;
  /** Delay of the event loop while 64 callers wait for answers. */
  readonly eventLoopP99Ms: number;
  /** Greatest resident memory of the process up to then. */
  readonly rssMiB: number;
}

interface Task {
  readonly model: string;
  readonly wavs: readonly string[];
  readonly soak?: { readonly minutes: number; readonly calls: number };
}

const CALLS = 1_000;
const BATCH = 2_400;
const CALLERS = 64;
const CALLS_EACH = 40;
const WORKERS = 2;
const SETTLE_MS = 200;

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const recognizer = await Recognizer.load(task.model, { workers: WORKERS });
await recognizer.recognize(wav(0));
const coldStartMs = performance.now() - born;
console.log(JSON.stringify(task.soak ? await soak(task.soak) : await figures()));
await recognizer.close();

function wav(index: number): string {
  return task.wavs[index % task.wavs.length]!;
}

async function figures(): Promise<RuntimeFigures> {
  for (let i = 0; i < CALLS / 5; i++) await recognizer.recognize(wav(i));
  const times = new Float64Array(CALLS);
  for (let i = 0; i < CALLS; i++) {
    const start = performance.now();
    await recognizer.recognize(wav(i));
    times[i] = performance.now() - start;
  }
  times.sort();
  const start = performance.now();
  const items = await recognizer.recognizeBatch(Array.from({ length: BATCH }, (_, i) => wav(i)));
  const clipsPerSecond = (1000 * items.filter(({ ok }) => ok).length) / (performance.now() - start);
  return {
    fileToAnswerMedianMs: times[CALLS / 2]!,
    fileToAnswerP99Ms: times[Math.floor(CALLS * 0.99)]!,
    clipsPerSecond,
    coldStartMs,
    eventLoopP99Ms: await eventLoopP99(),
    rssMiB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Sampled every millisecond; what is said is the delay beyond that. */
async function eventLoopP99(): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const caller = async (first: number) => {
    for (let i = 0; i < CALLS_EACH; i++) await recognizer.recognize(wav(first + i));
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(i)));
  delay.disable();
  return Math.max(0, delay.percentile(99) / 1e6 - 1);
}

export interface SoakFigures {
  readonly minutes: number;
  /** Of resident memory without V8's young generation, after the first tenth of the time. */
  readonly slopeMibPerHour: number;
  readonly rssMiB: number[];
  /** V8 lets it grow to three times 16 MiB and shrink again as it likes, which hides what leaks. */
  readonly youngGenerationMiB: number[];
  /** Answers that 64 callers got at once. */
  readonly compared: number;
  /** Of those, the ones in which a probability is more than 1e-6 away from what one caller got alone. */
  readonly different: number;
}

async function soak({ minutes, calls }: { minutes: number; calls: number }): Promise<SoakFigures> {
  const points = await memoryUnderLoad(minutes);
  const settled = points.slice(Math.ceil(points.length / 10));
  return {
    minutes,
    slopeMibPerHour: slopeOf(settled.map(({ hours, rssMiB, youngMiB }) => [hours, rssMiB - youngMiB])),
    rssMiB: settled.map(({ rssMiB }) => Math.round(rssMiB)),
    youngGenerationMiB: settled.map(({ youngMiB }) => Math.round(youngMiB)),
    ...(await compare(calls)),
  };
}

async function compare(calls: number): Promise<{ compared: number; different: number }> {
  const alone: Recognition[] = [];
  for (const path of task.wavs) alone.push(await recognizer.recognize(path));
  let different = 0;
  const caller = async (first: number) => {
    for (let i = first; i < first + calls; i++) {
      const { probabilities } = await recognizer.recognize(wav(i));
      const expected = alone[i % task.wavs.length]!.probabilities;
      if (Object.entries(expected).some(([label, p]) => !(Math.abs(probabilities[label]! - p) <= 1e-6)))
        different++;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(i)));
  return { compared: CALLERS * calls, different };
}

interface MemoryPoint {
  readonly hours: number;
  readonly rssMiB: number;
  readonly youngMiB: number;
}

async function memoryUnderLoad(minutes: number): Promise<MemoryPoint[]> {
  const begin = performance.now();
  const end = begin + 60_000 * minutes;
  const points: MemoryPoint[] = [];
  let next = begin;
  while (performance.now() < end) {
    await recognizer.recognizeBatch(Array.from({ length: 64 }, (_, i) => wav(i)));
    if (performance.now() < next) continue;
    (globalThis as { gc?: () => void }).gc?.();
    // What was collected is given back to the system a little later.
    await setTimeout(SETTLE_MS);
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    points.push({
      hours: (performance.now() - begin) / 3.6e6,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
      youngMiB: (young?.physical_space_size ?? 0) / 2 ** 20,
    });
    next += (60_000 * minutes) / 100;
  }
  return points;
}

/** Least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const below = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return below > 0 ? above / below : 0;
}
