import type { GraphInput } from '@prosodia/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './context.js';
import { invalid, RequestError } from './failure.js';
import { type InferenceInput, readInference, writeInference } from './inference-codec.js';
import { limited } from './limited.js';
import { version } from './version.js';

const OUTPUT = 'probabilities';
const MODEL_VERSION = '1';
const MAX_ROWS = 4_096;
const HEADER_LENGTH = 'inference-header-content-length';

interface ModelParams {
  readonly name: string;
  readonly version?: string;
}

/** The Open Inference Protocol, version 2, on feature tensors: the routes Triton, KServe and MLServer have. */
export function addInferenceRoutes(app: FastifyInstance, context: ServerContext): void {
  const { card, inputs } = context.recognizer;
  app.get('/v2', async () => ({ name: 'prosodia', version, extensions: ['binary_tensor_data'] }));
  app.get('/v2/health/live', async () => ({ live: true }));
  app.get('/v2/health/ready', async () => ({ ready: true }));

  const metadata = {
    name: card.name,
    versions: [MODEL_VERSION],
    platform: 'onnx_onnxruntime',
    inputs: inputs.map(({ name, shape }) => ({ name, datatype: 'FP32', shape: [-1, ...shape] })),
    outputs: [{ name: OUTPUT, datatype: 'FP32', shape: [-1, card.labels.length] }],
    parameters: { labels: card.labels },
  };
  const known = (params: unknown) => {
    const { name, version: wanted = MODEL_VERSION } = params as ModelParams;
    if (name !== card.name || wanted !== MODEL_VERSION)
      throw new RequestError(404, `There is no model ${name} of version ${wanted} here but ${card.name}`);
  };
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get(path, async ({ params }) => {
      known(params);
      return metadata;
    });
    app.get(`${path}/ready`, async ({ params }) => {
      known(params);
      return { name: card.name, ready: true };
    });
  }

  // Bodies are read here, since the binary extension puts numbers behind the JSON whatever the type says.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
    for (const path of ['/v2/models/:name/infer', '/v2/models/:name/versions/:version/infer'])
      scope.post(path, (request, reply) => {
        known(request.params);
        return limited(request, context, (signal) => infer(request, reply, context, signal));
      });
  });
}

async function infer(
  request: FastifyRequest,
  reply: FastifyReply,
  { recognizer }: ServerContext,
  signal: AbortSignal,
): Promise<Buffer> {
  const { card } = recognizer;
  const stated = request.headers[HEADER_LENGTH];
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const asked = readInference(body, stated === undefined ? undefined : Number(stated));
  const unknown = asked.outputs?.find((name) => name !== OUTPUT);
  if (unknown !== undefined) throw invalid(`Expected output ${OUTPUT} but ${unknown} is asked for`);
  const answers = await recognizer.infer(rowsOf(asked.inputs, recognizer.inputs), { signal });
  const classes = card.labels.length;
  const data = new Float32Array(answers.length * classes);
  answers.forEach((answer, row) => {
    data.set(answer, row * classes);
  });
  const head = {
    model_name: card.name,
    model_version: MODEL_VERSION,
    ...(asked.id !== undefined && { id: asked.id }),
  };
  const outputs = [{ name: OUTPUT, shape: [answers.length, classes], data }];
  const response = writeInference(head, outputs, asked.binaryOutput);
  if (response.headerLength === undefined) reply.type('application/json');
  else reply.type('application/octet-stream').header(HEADER_LENGTH, String(response.headerLength));
  return response.body;
}

/** One row for each of the batch: the values of all inputs, one after the other, in the network's order. */
function rowsOf(given: readonly InferenceInput[], wanted: readonly GraphInput[]): Float32Array[] {
  const names = wanted.map(({ name }) => name);
  if (given.length !== wanted.length || given.some(({ name }) => !names.includes(name)))
    throw invalid(
      `Expected inputs ${names.join(', ')} but received ${given.map(({ name }) => name).join(', ')}`,
    );
  const inputs = wanted.map(({ name, shape }) => {
    const input = given.find((candidate) => candidate.name === name);
    const count = input?.shape[0] ?? 0;
    if (!input || input.shape.slice(1).join() !== shape.join() || count < 1 || count > MAX_ROWS)
      throw invalid(
        `Expected ${name} of shape [1 to ${MAX_ROWS}, ${shape.join(', ')}] but received [${input?.shape.join(', ')}]`,
      );
    return { count, length: input.data.length / count, data: input.data };
  });
  const [{ count } = { count: 0 }] = inputs;
  if (inputs.some((input) => input.count !== count)) throw invalid('Expected as many rows in every input');
  return Array.from({ length: count }, (_, row) => {
    const values = new Float32Array(inputs.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const { data, length } of inputs) {
      values.set(data.subarray(row * length, (row + 1) * length), at);
      at += length;
    }
    return values;
  });
}
