// A thread that holds one ONNX Runtime session and computes rows until it is told to finish.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { rowSizeOf } from './row-layout.js';
import type { Answers, WorkerReply, WorkerRequest, WorkerSetup } from './worker-messages.js';

const { model, inputs, outputs } = workerData as WorkerSetup;
const rowSize = rowSizeOf(inputs);
await serve(parentPort!);

async function serve(port: MessagePort): Promise<void> {
  const reply = (message: WorkerReply) =>
    port.postMessage(message, message.kind === 'answer' ? [message.values.buffer] : []);
  let session: InferenceSession;
  try {
    session = await openSession();
  } catch (error) {
    reply({ kind: 'failure', message: messageOf(error) });
    port.close();
    return;
  }
  const handle = async (request: WorkerRequest) => {
    if (request === null) {
      await session.release();
      port.close();
      return;
    }
    try {
      reply({ kind: 'answer', values: await compute(session, request.rows, request.answers) });
    } catch (error) {
      reply({ kind: 'failure', message: messageOf(error) });
    }
  };
  // One after the other: a session must not be released while it computes.
  let last = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(() => handle(request));
  });
  reply({ kind: 'ready' });
}

/** One thread per session: the pool's size alone decides how many cores are used. */
async function openSession(): Promise<InferenceSession> {
  // ONNX Runtime does not take shared memory.
  const session = await InferenceSession.create(new Uint8Array(model).slice(), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  try {
    // The first run allocates and would otherwise be the first caller's to wait for.
    await compute(session, new Float32Array(rowSize).fill(1), 'probabilities');
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function compute(
  session: InferenceSession,
  rows: Float32Array<ArrayBuffer>,
  answers: Answers,
): Promise<Float32Array<ArrayBuffer>> {
  const count = rows.length / rowSize;
  const wanted = outputs[answers];
  const width = wanted.reduce((sum, { size }) => sum + size, 0);
  const found = await session.run(
    tensorsOf(rows, count),
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

/** The rows' values, input by input. */
function tensorsOf(rows: Float32Array<ArrayBuffer>, count: number): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  let start = 0;
  for (const { name, shape, size } of inputs) {
    let values = rows;
    if (size !== rowSize) {
      values = new Float32Array(count * size);
      for (let row = 0; row < count; row++)
        values.set(rows.subarray(row * rowSize + start, row * rowSize + start + size), row * size);
    }
    tensors[name] = new Tensor('float32', values, [count, ...shape]);
    start += size;
  }
  return tensors;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
