// Holds one ONNX Runtime session and computes rows, or answers clips, until it is told to finish.
import { isProsodiaError } from '@prosodia/contracts/errors';
import { checkPlan, type RowPlan, releaseRows, rowOf } from '@prosodia/features/rows';
import { type HostService, serve } from './host-port.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import { joined, rowSizeOf } from './row-layout.js';
import type { Answers, WorkerReply, WorkerRequest, WorkerSetup, WorkerSource } from './worker-messages.js';

type Service = HostService<WorkerRequest, WorkerReply>;

async function open(setup: WorkerSetup): Promise<{ first: WorkerReply; service: Service | null }> {
  try {
    const network = await Network.open(setup);
    return { first: { kind: 'ready' }, service: { handle: (request) => network.handle(request) } };
  } catch (error) {
    return { first: failure(error), service: null };
  }
}

function failure(error: unknown): WorkerReply {
  const message = error instanceof Error ? error.message : String(error);
  return isProsodiaError(error)
    ? { kind: 'failure', message, code: error.code }
    : { kind: 'failure', message };
}

class Network {
  readonly #session: InferenceSession;
  readonly #setup: WorkerSetup;
  readonly #rowSize: number;
  /** Where each input's values are laid beside each other, as large as the largest run needed. */
  readonly #spaces = new Map<string, Float32Array>();

  private constructor(session: InferenceSession, setup: WorkerSetup) {
    this.#session = session;
    this.#setup = setup;
    this.#rowSize = rowSizeOf(setup.inputs);
  }

  /** One thread per session: the pool's size alone decides how many cores are used. */
  static async open(setup: WorkerSetup): Promise<Network> {
    if (setup.plan) checkPlan(setup.plan);
    // ONNX Runtime does not take shared memory.
    const session = await InferenceSession.create(Uint8Array.from(setup.model), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // It keeps what the largest run needed, a few MiB. Without it, the system's allocator leaves holes that grow to tens.
      enableCpuMemArena: true,
      // Errors alone: that no node takes a constant of personalisation is as it should be.
      logSeverityLevel: 3,
    });
    try {
      const network = new Network(session, setup);
      // The first run allocates and would otherwise be the first caller's to wait for.
      await network.#compute(new Float32Array(network.#rowSize).fill(1), 'probabilities');
      return network;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async handle(request: WorkerRequest): Promise<WorkerReply | null> {
    if (request === null) {
      await this.#session.release();
      return null;
    }
    try {
      if ('sources' in request) return await this.#hear(request.sources);
      const values = await this.#compute(request.rows, request.answers);
      // They were handed over, and the collector of a thread that makes little else would let many of them lie.
      releaseRows(request.rows);
      return { kind: 'answer', values };
    } catch (error) {
      return failure(error);
    }
  }

  /** From files to their answers without leaving the thread. */
  async #hear(sources: readonly WorkerSource[]): Promise<WorkerReply> {
    const heard = sources.map((source) => rowIfAny(this.#setup.plan, source));
    const rows = joined(heard.flatMap((found) => (found ? [found.row] : [])));
    const probabilities = rows.length > 0 ? await this.#compute(rows, 'probabilities') : rows;
    return { kind: 'clips', durationsSec: heard.map((found) => found?.durationSec), probabilities };
  }

  async #compute(rows: Float32Array, answers: Answers): Promise<Float32Array<ArrayBuffer>> {
    const count = rows.length / this.#rowSize;
    const wanted = this.#setup.outputs[answers];
    const width = wanted.reduce((sum, { size }) => sum + size, 0);
    const found = await this.#session.run(
      this.#tensorsOf(rows, count),
      wanted.map(({ name }) => name),
    );
    const values = new Float32Array(count * width);
    let start = 0;
    for (const { name, size } of wanted) {
      const output = found[name];
      if (output?.type !== 'float32' || output.dims.join() !== `${count},${size}`)
        throw new Error(
          `its network gives ${output?.type} of shape [${output?.dims}] where [${count},${size}] is expected`,
        );
      const data = output.data as Float32Array;
      for (let row = 0; row < count; row++)
        values.set(data.subarray(row * size, (row + 1) * size), row * width + start);
      start += size;
    }
    return values;
  }

  #spaceFor(name: string, length: number): Float32Array {
    const known = this.#spaces.get(name);
    const space = known && known.length >= length ? known : new Float32Array(length);
    this.#spaces.set(name, space);
    return space.subarray(0, length);
  }

  /** The rows' values, input by input; good until the next run. */
  #tensorsOf(rows: Float32Array, count: number): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    let start = 0;
    for (const { name, shape, size } of this.#setup.inputs) {
      let values = rows;
      if (size !== this.#rowSize) {
        values = this.#spaceFor(name, count * size);
        for (let row = 0; row < count; row++)
          values.set(
            rows.subarray(row * this.#rowSize + start, row * this.#rowSize + start + size),
            row * size,
          );
      }
      tensors[name] = new Tensor('float32', values, [count, ...shape]);
      start += size;
    }
    return tensors;
  }
}

/** What is wrong with a source its owner finds out, which takes the long way. */
function rowIfAny(plan: RowPlan | undefined, source: WorkerSource): ReturnType<typeof rowOf> {
  try {
    return plan && rowOf(plan, source);
  } catch {
    return undefined;
  }
}

// A clip's few numbers are copied for less than handing them over costs.
serve<WorkerSetup, WorkerRequest, WorkerReply>(open, (reply) =>
  reply.kind === 'answer' ? [reply.values.buffer] : [],
);
