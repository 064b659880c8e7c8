import { type BenchRow, median, rowOf } from './row.js';

/** A system ready to work: everything but the work itself has been done, one warm-up round included. */
export interface Running {
  readonly version: string;
  /** Runs the work once and says how many milliseconds one item of it took. */
  round(): Promise<number>;
  stop(): void;
}

/** A system that can be asked to take part. */
export interface Contender {
  readonly system: string;
  readonly threads?: number;
  readonly accuracy?: string;
  /** @throws Error saying why it cannot be had */
  start(): Promise<Running>;
}

export interface Contest {
  readonly work: string;
  /** Others are compared with this one. */
  readonly ours: Contender;
  readonly peers: readonly Contender[];
  readonly rounds: number;
}

/** Runs us and each peer in turn, `rounds` times over, so that whatever slows the machine slows all alike. */
export async function contest({ work, ours, peers, rounds }: Contest): Promise<BenchRow[]> {
  const started = [];
  try {
    for (const contender of [ours, ...peers]) started.push({ contender, ...(await tryStart(contender)) });
    const times: number[][] = started.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, { running }] of started.entries()) {
        if (running) times[index]!.push(await running.round());
      }
    }
    if (!started[0]!.running) throw new Error(started[0]!.error);
    const oursMs = median(times[0]!);
    return started.map(({ contender, running, error }, index) => {
      const { system, threads, accuracy } = contender;
      const names = {
        system,
        work,
        version: running?.version ?? '',
        ...(threads === undefined ? {} : { threads }),
        ...(accuracy === undefined ? {} : { accuracy }),
      };
      return running ? rowOf(names, times[index]!, oursMs) : { ...names, error: error ?? 'not started' };
    });
  } finally {
    for (const { running } of started) running?.stop();
  }
}

async function tryStart(contender: Contender): Promise<{ running?: Running; error?: string }> {
  try {
    return { running: await contender.start() };
  } catch (error) {
    return { error: (error instanceof Error ? error.message : String(error)).trim().slice(-300) };
  }
}

/** A contender of this process: `work` runs everything once and says how many items that were. */
export function inProcess(
  names: Pick<Contender, 'system' | 'threads' | 'accuracy'> & { readonly version: string },
  work: () => Promise<number>,
): Contender {
  const { version, ...rest } = names;
  const round = async () => {
    const start = performance.now();
    const items = await work();
    return (performance.now() - start) / items;
  };
  return {
    ...rest,
    async start() {
      await round();
      return { version, round, stop: () => {} };
    },
  };
}
