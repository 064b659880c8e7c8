import { readFileSync } from 'node:fs';
import {
  MODEL_CARD_KEY,
  type ModelCard,
  ONNX_FLOAT,
  ONNX_FLOAT16,
  ONNX_INT8,
  ONNX_SCHEMA,
  type OnnxGraph,
  type OnnxModel,
} from '@prosodia/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { toHalf } from '../../src/export/half-float.js';
import { quantizeModel, WEIGHT_FORMATS } from '../../src/export/quantize.js';

const FILE = new Uint8Array(
  readFileSync(new URL('../../../runtime/test/fixtures/untrained.onnx', import.meta.url)),
);
const root = protobuf.Root.fromJSON(ONNX_SCHEMA);
const read = <T>(type: string, bytes: Uint8Array): T => {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: Number, arrays: true }) as T;
};
const { graph, metadata } = read<OnnxModel>('Model', FILE);
const card = JSON.parse(metadata.find(({ key }) => key === MODEL_CARD_KEY)!.value) as ModelCard;

/** What the 16 bits of a half stand for, by the definition of IEEE 754. */
function meaning(half: number): number {
  const fraction = half & 0x3ff;
  const exponent = (half >>> 10) & 0x1f;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1_024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -size : size;
}

describe('toHalf', () => {
  it('gives every half its own bits, and what lies between to the nearer', () => {
    for (let half = 0; half < 0x7c00; half++) {
      const value = meaning(half);
      if (toHalf(value) !== half || (half > 0 && toHalf(-value) !== (half | 0x8000)))
        throw new Error(`${value} has the bits ${half} but ${toHalf(value)} were given`);
      const next = meaning(half + 1);
      if (half + 1 >= 0x7c00) continue;
      if (
        toHalf(value + 0.49 * (next - value)) !== half ||
        toHalf(value + 0.51 * (next - value)) !== half + 1
      )
        throw new Error(`what lies after ${value} is not given to the nearer`);
      // Half-way: to the even one.
      const middle = toHalf((value + next) / 2);
      if (middle !== (half % 2 === 0 ? half : half + 1))
        throw new Error(`half-way after ${value}: ${middle}`);
    }
  });

  it('keeps what is too large finite', () => {
    expect(meaning(toHalf(1e30))).toBe(65_504);
    expect(meaning(toHalf(-70_000))).toBe(-65_504);
  });
});

async function answers(file: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(file);
  const rows = Float32Array.from({ length: 32 * 13 }, (_, i) => 60 * Math.sin(i * i));
  const { probabilities } = await session.run({ input: new Tensor('float32', rows, [32, 13, 1]) });
  await session.release();
  return probabilities!.data as Float32Array;
}

it.each([
  ['fp16', ONNX_FLOAT16, 0.7, 5e-3],
  ['int8', ONNX_INT8, 0.6, 3e-2],
] as const)('%s: a smaller file that answers nearly alike', async (format, type, size, most) => {
  const small = quantizeModel(FILE, card, format);
  expect(small.file.length).toBeLessThan(size * FILE.length);
  expect(small.card).toEqual({
    ...card,
    software: { ...card.software, weights: format },
    graphHash: small.card.graphHash,
  });
  const [before, after] = [await answers(FILE), await answers(small.file)];
  const away = Math.max(...before.map((p, i) => Math.abs(p - after[i]!)));
  expect(away).toBeGreaterThan(0);
  expect(away).toBeLessThan(most);
  const constants = read<OnnxGraph>('Graph', read<OnnxModel>('Model', small.file).graph).initializer;
  expect(constants.filter(({ dataType }) => dataType === type)).toHaveLength(small.weights);
  // Personalisation reads the last layer: bit for bit what it was.
  const { kernel } = card.heads[0]!;
  const own = read<OnnxGraph>('Graph', graph).initializer.find(({ name }) => name === kernel);
  expect(constants.find(({ name }) => name === kernel)).toMatchObject({
    dataType: ONNX_FLOAT,
    rawData: own!.rawData,
  });
});

it('finds nothing to do a second time', () => {
  const { file, card: of } = quantizeModel(FILE, card, 'int8');
  for (const format of WEIGHT_FORMATS)
    expect(() => quantizeModel(file, of, format)).toThrow(expect.objectContaining({ code: 'MODEL' }));
});
