import { ONNX_INPUT } from '@prosodia/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './context.js';
import { invalid, RequestError } from './failure.js';
import { type InferenceInput, readInference, writeInference } from './inference-codec.js';
import { limited } from './recognize-route.js';
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
  const { card } = context.recognizer;
  app.get('/v2', async () => ({ name: 'prosodia', version, extensions: ['binary_tensor_data'] }));
  app.get('/v2/health/live', async () => ({ live: true }));
  app.get('/v2/health/ready', async () => ({ ready: true }));

  const metadata = {
    name: card.name,
    versions: [MODEL_VERSION],
    platform: 'onnx_onnxruntime',
    inputs: [{ name: ONNX_INPUT, datatype: 'FP32', shape: [-1, ...card.input.shape] }],
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
  const answers = await recognizer.infer(rowsOf(asked.inputs, card.input.shape), { signal });
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

function rowsOf(inputs: readonly InferenceInput[], rowShape: readonly number[]): Float32Array[] {
  const [input, ...more] = inputs;
  if (input?.name !== ONNX_INPUT || more.length > 0)
    throw invalid(
      `Expected one input named ${ONNX_INPUT} but received ${inputs.map(({ name }) => name).join(', ')}`,
    );
  const [count, ...shape] = input.shape;
  if (shape.join() !== rowShape.join() || count! < 1 || count! > MAX_ROWS)
    throw invalid(
      `Expected shape [1 to ${MAX_ROWS}, ${rowShape.join(', ')}] but received [${input.shape.join(', ')}]`,
    );
  const length = input.data.length / count!;
  return Array.from({ length: count! }, (_, row) => input.data.slice(row * length, (row + 1) * length));
}
