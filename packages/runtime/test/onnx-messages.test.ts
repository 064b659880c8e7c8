import { expect, test } from '@jest/globals';
import type { OnnxModel } from '@prosodia/contracts';
import { decodeOnnx, encodeOnnx } from '../src/onnx-messages.js';
import { readOnnx } from '../src/onnx-reader.js';
import { MODEL } from './support.js';

test('what was read is written so that it reads the same', () => {
  const { graph } = readOnnx('Model', MODEL) as OnnxModel;
  const read = readOnnx('Graph', graph);
  expect(readOnnx('Graph', encodeOnnx('Graph', read as object))).toEqual(read);
});

test('negative and large integers', () => {
  const tensor = { dims: [-1, 2 ** 40, 0], dataType: 7, name: 'é', rawData: Uint8Array.of(1, 255) };
  expect(readOnnx('Tensor', encodeOnnx('Tensor', tensor))).toMatchObject(tensor);
});

test('unknown fields are passed over, and refused in a stranger’s file', () => {
  const strange = Uint8Array.of(0x10, 0x07, 0xf2, 0x3f, 0x01, 0x41);
  expect(decodeOnnx('Tensor', strange)).toMatchObject({ dataType: 7 });
  expect(() => readOnnx('Tensor', strange)).toThrow('field 1022 of Tensor is not expected');
});
