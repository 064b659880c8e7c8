import { parseWith } from '@prosodia/contracts';
import { z } from 'zod';
import { invalid } from './failure.js';

/** Tensors of the Open Inference Protocol (version 2), in JSON and in its binary extension. */

const shape = z
  .array(
    z
      .number()
      .int()
      .min(0)
      .max(2 ** 24),
  )
  .min(1)
  .max(8);
const parameters = z.record(z.string(), z.unknown()).optional();

const requestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters,
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape,
        datatype: z.string(),
        parameters,
        data: z.array(z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(16),
  outputs: z
    .array(z.object({ name: z.string(), parameters }))
    .max(16)
    .optional(),
});

export interface InferenceInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface InferenceRequest {
  readonly id: string | undefined;
  readonly inputs: readonly InferenceInput[];
  /** Outputs asked for; undefined: all. */
  readonly outputs: readonly string[] | undefined;
  readonly binaryOutput: boolean;
}

/** @throws ProsodiaError INVALID_ARGUMENT saying what is wrong with the request */
export function readInference(body: Buffer, headerLength: number | undefined): InferenceRequest {
  if (headerLength !== undefined && !(headerLength > 0 && headerLength <= body.length))
    throw invalid(`Expected an Inference-Header-Content-Length of 1 to ${body.length}`);
  const text = body.toString('utf8', 0, headerLength ?? body.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('Expected an inference request in JSON');
  }
  const request = parseWith(requestSchema, json, 'inference request');
  let at = headerLength ?? body.length;
  const inputs = request.inputs.map((input): InferenceInput => {
    if (input.datatype !== 'FP32')
      throw invalid(`Expected datatype FP32 for ${input.name} but received ${input.datatype}`);
    const size = input.shape.reduce((product, dim) => product * dim, 1);
    const bytes = input.parameters?.binary_data_size;
    if (bytes === undefined)
      return { name: input.name, shape: input.shape, data: flatten(input.data ?? [], size, input.name) };
    if (bytes !== 4 * size || at + 4 * size > body.length)
      throw invalid(`Expected ${4 * size} bytes for ${input.name} but received ${body.length - at}`);
    // A copy, since the bytes need not lie on a multiple of four.
    const data = new Float32Array(body.buffer.slice(body.byteOffset + at, body.byteOffset + at + 4 * size));
    at += 4 * size;
    return { name: input.name, shape: input.shape, data };
  });
  const wanted = request.outputs;
  return {
    id: request.id,
    inputs,
    outputs: wanted?.map(({ name }) => name),
    binaryOutput:
      request.parameters?.binary_data_output === true ||
      (wanted?.some((output) => output.parameters?.binary_data === true) ?? false),
  };
}

/** Row-major numbers, nested or flat, as the protocol allows both. */
function flatten(data: readonly unknown[], size: number, name: string): Float32Array {
  const flat = data.flat(Number.POSITIVE_INFINITY);
  if (flat.length !== size) throw invalid(`Expected ${size} numbers for ${name} but received ${flat.length}`);
  return Float32Array.from(flat, (value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw invalid(`Expected numbers for ${name} but received ${String(value)}`);
  });
}

export interface InferenceOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The response's body and, when it is binary, the length of its JSON part. */
export function writeInference(
  head: { model_name: string; model_version: string; id?: string },
  outputs: readonly InferenceOutput[],
  binary: boolean,
): { body: Buffer; headerLength: number | undefined } {
  const described = outputs.map(({ name, shape, data }) => ({
    name,
    datatype: 'FP32',
    shape,
    ...(binary ? { parameters: { binary_data_size: data.byteLength } } : { data: Array.from(data) }),
  }));
  const json = Buffer.from(JSON.stringify({ ...head, outputs: described }));
  if (!binary) return { body: json, headerLength: undefined };
  const parts = outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return { body: Buffer.concat([json, ...parts]), headerLength: json.length };
}
