import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ONNX_ATTRIBUTE, ONNX_FLOAT, ONNX_IR_VERSION, ONNX_OPSET, ONNX_SCHEMA } from '@prosodia/contracts';
import protobuf from 'protobufjs';

const FRAMES = 1_024;
const BANDS = 128;
const UNITS = 512;
const CLASSES = 8;

/**
 * Writes a model for transformers.js's audio-classification pipeline: the features of an Audio Spectrogram Transformer (log-mel
 * bands of 16 kHz, 1,024 frames), and a network of random weights about as large as the paper's (332,808 parameters: the
 * frames' mean, two layers, eight classes). What a whole transformer would compute is left out, in the peer's favour.
 */
export async function writeRandomTransformer(models: string): Promise<void> {
  const folder = join(models, 'random');
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: object) => writeFile(join(folder, name), JSON.stringify(value));
  await json('config.json', {
    model_type: 'audio-spectrogram-transformer',
    architectures: ['ASTForAudioClassification'],
    id2label: Object.fromEntries(Array.from({ length: CLASSES }, (_, i) => [i, `class ${i}`])),
    ...{ max_length: FRAMES, num_mel_bins: BANDS, problem_type: 'single_label_classification' },
  });
  await json('preprocessor_config.json', {
    feature_extractor_type: 'ASTFeatureExtractor',
    ...{ sampling_rate: 16_000, num_mel_bins: BANDS, max_length: FRAMES },
    ...{
      do_normalize: true,
      mean: -4.2677393,
      std: 4.5689974,
      feature_size: 1,
      return_attention_mask: false,
    },
  });
  await writeFile(join(folder, 'onnx/model.onnx'), encodedNetwork());
}

function encodedNetwork(): Uint8Array {
  const root = protobuf.Root.fromJSON(ONNX_SCHEMA);
  const node = (opType: string, input: string[], output: string, attribute: object[] = []) => ({
    ...{ name: output, opType, input, output: [output], attribute },
  });
  const graph = {
    name: 'random',
    node: [
      node('ReduceMean', ['input_values'], 'mean', [
        { name: 'axes', type: ONNX_ATTRIBUTE.INTS, ints: [1] },
        { name: 'keepdims', type: ONNX_ATTRIBUTE.INT, i: 0 },
      ]),
      ...['first', 'second', 'last'].flatMap((layer, place, layers) => {
        const from = place === 0 ? 'mean' : `${layers[place - 1]}/relu`;
        const sum = layer === 'last' ? 'logits' : `${layer}/sum`;
        const dense = [
          node('MatMul', [from, `${layer}/kernel`], `${layer}/product`),
          node('Add', [`${layer}/product`, `${layer}/bias`], sum),
        ];
        return layer === 'last' ? dense : [...dense, node('Relu', [sum], `${layer}/relu`)];
      }),
    ],
    initializer: [
      ...weights('first', BANDS, UNITS),
      ...weights('second', UNITS, UNITS),
      ...weights('last', UNITS, CLASSES),
    ],
    input: [value('input_values', [FRAMES, BANDS])],
    output: [value('logits', [CLASSES])],
  };
  const bytes = root.lookupType('Graph').encode(graph).finish();
  const opsetImport = [{ domain: '', version: ONNX_OPSET }];
  const model = { irVersion: ONNX_IR_VERSION, producerName: 'bench', graph: bytes, opsetImport };
  return root.lookupType('Model').encode(model).finish();
}

function weights(layer: string, from: number, to: number) {
  const random = (length: number) =>
    new Uint8Array(
      Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + from)) / Math.sqrt(from)).buffer,
    );
  return [
    { name: `${layer}/kernel`, dims: [from, to], dataType: ONNX_FLOAT, rawData: random(from * to) },
    { name: `${layer}/bias`, dims: [to], dataType: ONNX_FLOAT, rawData: random(to) },
  ];
}

function value(name: string, dims: readonly number[]) {
  const dim = [{ dimParam: 'batch' }, ...dims.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: ONNX_FLOAT, shape: { dim } } } };
}
