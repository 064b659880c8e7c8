import { describe, expect, test } from '@jest/globals';
import { ONNX_SCHEMA, type OnnxModel } from '@prosodia/contracts';
import protobuf from 'protobufjs';
import { readOnnx } from '../src/onnx-reader.js';
import { writeOnnx } from '../src/onnx-writer.js';
import { MODEL } from './support.js';

const root = protobuf.Root.fromJSON(ONNX_SCHEMA);

describe('writeOnnx', () => {
  test('what was read is written so that protobufjs reads it', () => {
    const model = readOnnx('Model', MODEL) as OnnxModel;
    const graph = readOnnx('Graph', model.graph);
    const bytes = writeOnnx('Graph', graph as object);
    const graphType = root.lookupType('Graph');
    const plain = { longs: Number, arrays: true };
    const [ours, theirs] = [bytes, model.graph].map((from) =>
      graphType.toObject(graphType.decode(from), plain),
    );
    expect(ours).toEqual(theirs);
    expect(readOnnx('Graph', bytes)).toEqual(graph);
  });

  test('negative and large integers', () => {
    const tensor = { dims: [-1, 2 ** 40, 0], dataType: 7, name: 'é', rawData: Uint8Array.of(1, 255) };
    expect(readOnnx('Tensor', writeOnnx('Tensor', tensor))).toMatchObject(tensor);
  });
});

describe('readOnnx', () => {
  test('passes over unknown fields only when told to', () => {
    const strange = Uint8Array.of(0x10, 0x07, 0xf2, 0x3f, 0x01, 0x41);
    expect(() => readOnnx('Tensor', strange)).toThrow('field 1022 of Tensor is not expected');
    expect(readOnnx('Tensor', strange, { unknown: 'skip' })).toMatchObject({ dataType: 7 });
  });
});
