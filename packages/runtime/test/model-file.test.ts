import { MODEL_CARD_KEY, MODEL_CARD_VERSION, ONNX_SCHEMA, type OnnxModel } from '@prosodia/contracts';
import { InferenceSession } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { readModelFile } from '../src/model-file.js';
import { readOnnx } from '../src/onnx-reader.js';
import { changedModel, foreignModel, MODEL, numbers, type Parts, sha256 } from './support.js';

it('reads the card of a good file', async () => {
  const card = await readModelFile(MODEL, 'untrained.onnx');
  expect(card.labels).toEqual([
    'angry',
    'calm',
    'disgust',
    'fearful',
    'happy',
    'neutral',
    'sad',
    'surprised',
  ]);
  expect(card.inputs[0]!.input.shape).toEqual([13, 1]);
});

it('finds nothing wrong with a file that was taken apart and put together again', async () => {
  const again = changedModel(() => {});
  expect(await readModelFile(again, 'again.onnx')).toEqual(await readModelFile(MODEL, 'untrained.onnx'));
});

it('reads ONNX as protobufjs does', () => {
  const types = protobuf.Root.fromJSON(ONNX_SCHEMA);
  const read = (type: string, bytes: Uint8Array) => {
    const found = types.lookupType(type);
    return found.toObject(found.decode(bytes), { longs: Number, arrays: true });
  };
  const model = readOnnx('Model', MODEL) as OnnxModel;
  // Byte for byte, whatever kind of view either has of them.
  const plain = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? sha256(v) : v)));
  expect(plain(model)).toEqual(plain(read('Model', MODEL)));
  expect(plain(readOnnx('Graph', model.graph))).toEqual(plain(read('Graph', model.graph)));
});

it.each([
  ['a number without end', [0x08, ...Array(11).fill(0xff)], 'invalid varint'],
  ['a length beyond the end', [0x3a, 0x7f, 0], 'index out of range'],
  ['a number where bytes belong', [0x38, 1], 'wire type 0'],
  ['text that is none', [0x12, 1, 0xff], 'not valid'],
])('reads no ONNX that has %s', (_, bytes, reason) => {
  expect(() => readOnnx('Model', Uint8Array.from(bytes))).toThrow(reason);
});

it('reads negative and packed numbers', () => {
  const minusOne = [...Array(9).fill(0xff), 1];
  expect(readOnnx('Tensor', Uint8Array.from([0x0a, 12, 3, ...minusOne, 2, 0x08, 5]))).toMatchObject({
    dims: [3, -1, 2, 5],
  });
});

describe('refuses with the reason', () => {
  const text = (value: string) => new TextEncoder().encode(value);

  it.each([
    ['an empty file', new Uint8Array(), 'it has no graph'],
    ['text', text('{"hello": "world"}'), 'not a readable ONNX file'],
    ['an ONNX file without a card', foreignModel(), 'not a Prosodia model'],
    ['half a file', MODEL.slice(0, MODEL.length / 2), 'not a readable ONNX file'],
    ['a file with something after its end', Uint8Array.from([...MODEL, 0x38, 1]), 'comes twice'],
    ['a file with functions', Uint8Array.from([...MODEL, 0xca, 1, 0]), 'field 25 of Model is not expected'],
  ])('%s', async (_name, file, reason) => {
    await expect(readModelFile(file, 'x.onnx')).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL', message: expect.stringContaining(reason) }),
    );
  });

  const firstNode = ({ graph }: Parts) => graph.node[0]!;
  const entry = ({ model }: Parts) => model.metadata.find(({ key }) => key === MODEL_CARD_KEY)!;

  it.each<[string, (parts: Parts) => void, string]>([
    [
      'a card of a later version',
      (p) => {
        p.card.formatVersion = MODEL_CARD_VERSION + 1;
      },
      'a newer Prosodia is needed',
    ],
    ['a card with an unknown field', (p) => void Object.assign(p.card, { odd: 1 }), 'odd'],
    ['a card without labels', (p) => void Object.assign(p.card, { labels: undefined }), 'labels'],
    [
      'a label named twice',
      (p) => {
        p.card.labels[1] = 'angry';
      },
      'names a label twice',
    ],
    [
      'variants whose weights do not sum to 1',
      (p) => {
        p.card.variants[0]!.weight = 0.5;
      },
      'its variants have weights that sum to 0.5, not 1',
    ],
    ['fewer labels than outputs', (p) => void p.card.labels.pop(), 'has shape [8] and its card says [7]'],
    [
      'another input shape',
      (p) => {
        p.card.inputs[0]!.input.shape = [12, 1];
      },
      'its card says [12,1]',
    ],
    [
      'another embedding',
      (p) => {
        p.card.outputs.embeddingSize = 31;
      },
      'its card says [31]',
    ],
    [
      'directions that are not there',
      (p) => {
        p.card.heads[0]!.directions = { constant: 'nowhere', count: 3, ridge: 1 };
      },
      'has no directions nowhere of shape [32, 3]',
    ],
    ['two cards', (p) => void p.model.metadata.push({ ...entry(p) }), 'twice'],
    [
      'another operator set',
      (p) => {
        p.model.opsetImport[0]!.version = 18;
      },
      'operator set ai.onnx 18',
    ],
    [
      'a custom operator set',
      (p) => void p.model.opsetImport.push({ domain: 'com.example', version: 1 }),
      'com.example 1',
    ],
    [
      'a later representation',
      (p) => {
        p.model.irVersion = 99;
      },
      'IR version 99',
    ],
    [
      'an unknown operator',
      (p) => {
        firstNode(p).opType = 'Loop';
      },
      'the operator Loop',
    ],
    [
      'an operator of another domain',
      (p) => {
        firstNode(p).domain = 'com.example';
      },
      'com.example.Sub',
    ],
    [
      'a network inside a network',
      (p) =>
        void firstNode(p).attribute.push({ name: 'body', type: 5, graph: new Uint8Array([0x12, 1, 0x61]) }),
      'hides another network',
    ],
    [
      'another output',
      (p) => {
        p.graph.output[1]!.name = 'scores';
      },
      'outputs logits, scores, embedding',
    ],
    [
      'a further input',
      (p) => void p.graph.input.push({ ...p.graph.input[0]!, name: 'more' }),
      'input, more',
    ],
    [
      'a fixed batch',
      (p) => {
        p.graph.input[0]!.type!.tensorType!.shape!.dim[0] = { dimValue: 1 };
      },
      'no free batch dimension',
    ],
    [
      'constants in another file',
      (p) => {
        p.graph.initializer[0]!.externalData = [{ key: 'location', value: '/etc/passwd' }];
      },
      'lies in another file',
    ],
    [
      'short constants',
      (p) => {
        p.graph.initializer[0]!.dims = [14, 1];
      },
      '52 bytes where 56',
    ],
    [
      'constants of strings',
      (p) => {
        p.graph.initializer[0]!.dataType = 8;
      },
      'element type 8',
    ],
    [
      'sparse constants',
      (p) => {
        p.graph.sparseInitializer = [new Uint8Array(2)];
      },
      'sparse constants',
    ],
  ])('%s', async (_name, change, reason) => {
    await expect(readModelFile(changedModel(change), 'x.onnx')).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL', message: expect.stringContaining(reason) }),
    );
  });

  it('weights that were changed without the hash', async () => {
    const file = MODEL.slice();
    file[Math.floor(file.length / 2)]! ^= 1;
    await expect(readModelFile(file, 'x.onnx')).rejects.toThrow('does not match the hash in its card');
  });

  it('a card that was changed without the hash', async () => {
    const file = Buffer.from(MODEL);
    file.write('ANGRY', file.indexOf('angry'));
    await expect(readModelFile(file, 'x.onnx')).rejects.toThrow('does not match the hash beside it');
  });
});

/** `PROSODIA_MUTATIONS=10000` tries as many. */
const MUTATIONS = Number(process.env.PROSODIA_MUTATIONS ?? 600);

/**
 * Bits that can flip without being noticed are those no answer depends on: the producer's name and version. Every
 * other mutation must be refused, none may crash or hang.
 */
it('notices every flipped bit that matters, and every cut', async () => {
  const random = numbers(11);
  const producer = Buffer.from(MODEL).indexOf('prosodia');
  let accepted = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const begin = process.cpuUsage();
    const file = MODEL.slice();
    // Half of the flips in the outer message at both ends, where the hashes do not reach.
    const place =
      i % 2 === 0
        ? Math.floor(random() * file.length)
        : (file.length - 60 + Math.floor(random() * 120)) % file.length;
    file[place]! ^= 1 << Math.floor(random() * 8);
    try {
      await readModelFile(file, 'x.onnx');
      accepted++;
      const session = await InferenceSession.create(file);
      await session.release();
      const harmless = place < producer + 'prosodia'.length + 2 + '0.1.0'.length;
      expect({ place, harmless }).toEqual({ place, harmless: true });
    } catch (error) {
      expect(error).toMatchObject({ code: 'MODEL' });
    }
    // Of the processor: what else the machine does is no hang.
    expect(process.cpuUsage(begin).user).toBeLessThan(1_000_000);
  }
  expect(accepted).toBeLessThan(MUTATIONS / 4);
  for (let length = 0; length < MODEL.length; length += 97)
    await expect(readModelFile(MODEL.slice(0, length), 'x.onnx')).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL' }),
    );
}, 600_000);

it('survives files made of chance', async () => {
  const random = numbers(12);
  for (let i = 0; i < 300; i++) {
    const file = Uint8Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256));
    // A plausible beginning, so that the decoder gets further.
    if (i % 2 === 0) file.set([0x08, 0x08, 0x3a, 0x20].slice(0, file.length));
    await expect(readModelFile(file, 'x.onnx')).rejects.toThrow(expect.objectContaining({ code: 'MODEL' }));
  }
});
