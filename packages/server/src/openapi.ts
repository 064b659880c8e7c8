import type { ModelCard } from '@prosodia/contracts';
import { version } from './version.js';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const answer = (description: string, schema: object) => ({
  200: { description, ...json(schema) },
  default: FAILURE,
});
const FAILURE = { description: 'What went wrong', ...json(ref('Failure')) };
const OBJECT = { type: 'object' };
const number = (description: string) => ({ type: 'number', description });
const query = (name: string, schema: object) => ({ name, in: 'query', schema });
const PROFILE = query('profile', {
  type: 'string',
  description: 'A person the server knows; only where it keeps profiles',
});
const MODEL = [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }];
const VERSIONED = [...MODEL, { name: 'version', in: 'path', required: true, schema: { type: 'string' } }];

/** The service as an OpenAPI 3.1 document. */
export function openApiDocument(
  card: ModelCard,
  { needsToken, keepsProfiles }: { needsToken: boolean; keepsProfiles: boolean },
): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Prosodia', version, description: `Emotion from speech by the model ${card.name}.` },
    ...(needsToken && { security: [{ bearer: [] }] }),
    paths: {
      ...ownPaths(),
      ...(keepsProfiles && profilePaths()),
      ...inferencePaths(MODEL, '/v2/models/{name}'),
      ...inferencePaths(VERSIONED, '/v2/models/{name}/versions/{version}'),
    },
    components: {
      ...(needsToken && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
      schemas: schemas(card.labels),
    },
  };
}

function ownPaths() {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const upload = { type: 'object', properties: { file: { type: 'array', items: file } } };
  return {
    '/v1/recognize': {
      post: {
        summary: 'Recognise each of the files of a multipart upload',
        parameters: [PROFILE],
        requestBody: { required: true, content: { 'multipart/form-data': { schema: upload } } },
        responses: {
          ...answer('One result for each file, in order: an answer or its own error', {
            type: 'object',
            required: ['results'],
            properties: { results: { type: 'array', items: ref('FileResult') } },
          }),
          408: FAILURE,
          413: FAILURE,
          429: FAILURE,
        },
      },
    },
    '/v1/stream': {
      get: {
        summary: 'WebSocket: mono PCM in binary messages in, events as JSON out; {"type":"end"} ends it',
        parameters: [
          query('sampleRateHz', { type: 'integer', default: 16_000 }),
          query('format', { enum: ['s16le', 'f32le'], default: 's16le' }),
          query('hopSec', { type: 'number', default: 0.5 }),
          query('windowSec', { type: 'number', default: 2 }),
          query('smoothing', { type: 'number', default: 0.5 }),
          PROFILE,
        ],
        responses: { 101: { description: 'The stream is open' }, 429: FAILURE, default: FAILURE },
      },
    },
    '/v1/model': { get: { summary: 'The card of the model', responses: answer('The card', OBJECT) } },
    '/metrics': {
      get: {
        summary: 'Figures for Prometheus',
        responses: {
          200: { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    '/openapi.json': { get: { summary: 'This document', responses: answer('OpenAPI 3.1', OBJECT) } },
    '/v2': { get: { summary: 'Server metadata', responses: answer('Name and version', OBJECT) } },
    '/v2/health/live': { get: { summary: 'Whether the server runs', responses: answer('It does', OBJECT) } },
    '/v2/health/ready': { get: { summary: 'Whether it takes work', responses: answer('It does', OBJECT) } },
  };
}

function profilePaths() {
  const parameters = MODEL;
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  const upload = { type: 'object', properties: { file: { type: 'array', items: file } } };
  const known = answer('What is known of the person, and what it is worth', OBJECT);
  return {
    '/v1/profiles': { get: { summary: 'Names of the people known', responses: answer('Names', OBJECT) } },
    '/v1/profiles/{name}': {
      get: { summary: 'What is known of a person', parameters, responses: known },
      put: {
        summary: 'Make a new profile',
        parameters,
        responses: { 201: known[200], 409: FAILURE, default: FAILURE },
      },
      delete: {
        summary: 'Forget a person',
        parameters,
        responses: { 204: { description: 'Forgotten' }, default: FAILURE },
      },
    },
    '/v1/profiles/{name}/clips': {
      post: {
        summary: 'Learn from labelled clips of a person',
        parameters: [...parameters, { ...query('label', { type: 'string' }), required: true }],
        requestBody: { required: true, content: { 'multipart/form-data': { schema: upload } } },
        responses: known,
      },
    },
  };
}

function inferencePaths(parameters: object[], path: string) {
  const body = { required: true, ...json(ref('InferenceRequest')) };
  const get = (summary: string) => ({ get: { summary, parameters, responses: answer(summary, OBJECT) } });
  return {
    [path]: get('Inputs and outputs of the model'),
    [`${path}/ready`]: get('Whether the model can be asked'),
    [`${path}/infer`]: {
      post: {
        summary: 'Run the network on feature tensors (Open Inference Protocol 2, also its binary extension)',
        parameters,
        requestBody: body,
        responses: answer('Probabilities in label order', OBJECT),
      },
    },
  };
}

function schemas(labels: readonly string[]) {
  const recognition = {
    label: { type: 'string', examples: [labels[0]] },
    confidence: number('Probability of the label'),
    probabilities: {
      type: 'object',
      properties: Object.fromEntries(labels.map((label) => [label, number('')])),
    },
    startSec: number('Seconds'),
    endSec: number('Seconds'),
  };
  const error = {
    type: 'object',
    required: ['code', 'message'],
    properties: { code: { type: 'string' }, message: { type: 'string' } },
  };
  return {
    FileResult: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, ...recognition, error },
    },
    Failure: { type: 'object', required: ['error'], properties: { error } },
    InferenceRequest: {
      type: 'object',
      required: ['inputs'],
      properties: {
        id: { type: 'string' },
        inputs: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'shape', 'datatype'],
            properties: {
              name: { type: 'string' },
              shape: { type: 'array', items: { type: 'integer' } },
              datatype: { const: 'FP32' },
              data: { type: 'array', items: {} },
            },
          },
        },
      },
    },
  };
}
