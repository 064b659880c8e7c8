import { inflateSync } from 'node:zlib';
import { greyPng } from '../src/png.js';

test('a picture holds its pixels, row by row', () => {
  const png = greyPng(Uint8Array.of(0, 100, 200, 255, 50, 150), 3, 2);
  expect([...png.subarray(1, 4)].map((code) => String.fromCharCode(code)).join('')).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
  const start = png.indexOf('IDAT');
  const data = png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4));
  expect([...inflateSync(data)]).toEqual([0, 0, 100, 200, 0, 255, 50, 150]);
});
