import { ONNX_INPUT } from '@prosodia/contracts';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { loadTensorflow } from '../engine/backend.js';
import { infer } from '../engine/model-steps.js';
import { networkParts, type Scaler, scaleRows } from './network.js';

/** Rows computed at once; bounds the memory of a long check. */
const BATCH = 256;

export interface ParityOptions {
  readonly model: LayersModel;
  readonly rowShape: readonly number[];
  readonly scaler?: Scaler | undefined;
  readonly temperature: number;
  /** Raw rows, rows × product(rowShape). */
  readonly rows: Float32Array;
}

/** Largest differences between ONNX Runtime and TensorFlow.js over the rows given. */
export interface Parity {
  /** Of a probability, calibrated or not. */
  readonly probabilities: number;
  /** Of an element of the embedding, relative to the element where that is above 1. */
  readonly embedding: number;
}

interface Answer {
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
  readonly embedding: Float32Array;
}

/**
 * Runs a model file's bytes in ONNX Runtime and compares every output with the model it was made from.
 *
 * Probabilities are compared twice: softmax(logits) with what the model itself predicts, and the calibrated
 * ones with softmax(logits / temperature) of the model's logits in double precision.
 */
export async function compareWithModel(file: Uint8Array, options: ParityOptions): Promise<Parity> {
  const { rowShape, rows } = options;
  const rowLength = rowShape.reduce((product, dim) => product * dim, 1);
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const parity = { probabilities: 0, embedding: 0 };
  try {
    for (let start = 0; start < rows.length; start += BATCH * rowLength) {
      const part = rows.subarray(start, start + BATCH * rowLength);
      const shape = [part.length / rowLength, ...rowShape];
      const expected = await tensorflowAnswer(options, part, shape);
      const actual = await onnxAnswer(session, part, shape);
      const classes = actual.logits.length / shape[0]!;
      const pairs: [Float32Array, Float32Array][] = [
        [softmax(actual.logits, classes, 1), expected.probabilities],
        [actual.probabilities, softmax(expected.logits, classes, options.temperature)],
      ];
      for (const [a, b] of pairs)
        parity.probabilities = Math.max(
          parity.probabilities,
          largest(a, b, () => 1),
        );
      const size = (value: number) => Math.max(1, Math.abs(value));
      parity.embedding = Math.max(parity.embedding, largest(actual.embedding, expected.embedding, size));
    }
  } finally {
    await session.release();
  }
  return parity;
}

async function onnxAnswer(session: InferenceSession, rows: Float32Array, shape: number[]): Promise<Answer> {
  const out = await session.run({ [ONNX_INPUT]: new OnnxTensor('float32', rows, shape) });
  const take = (name: string) => out[name]!.data as Float32Array;
  return { logits: take('logits'), probabilities: take('probabilities'), embedding: take('embedding') };
}

async function tensorflowAnswer(
  { model, scaler }: ParityOptions,
  rows: Float32Array,
  shape: number[],
): Promise<Answer> {
  const { tf } = await loadTensorflow();
  const { body, head } = networkParts(model);
  const [logits, probabilities, embedding] = tf.tidy(() => {
    const input = tf.tensor(scaleRows(rows, scaler), shape);
    const embedding = infer(body, input);
    const [kernel, bias] = head.getWeights();
    const product = tf.matMul(embedding, kernel!);
    const answers = model.predict(input, { batchSize: BATCH });
    const probabilities = Array.isArray(answers) ? answers[0]! : answers;
    return [bias ? tf.add(product, bias) : product, probabilities, tf.clone(embedding)];
  }) as [Tensor, Tensor, Tensor];
  try {
    const read = async (tensor: Tensor) => (await tensor.data()) as Float32Array;
    return {
      logits: await read(logits),
      probabilities: await read(probabilities),
      embedding: await read(embedding),
    };
  } finally {
    tf.dispose([logits, probabilities, embedding]);
  }
}

/** softmax(logits / temperature) of each row, computed in double precision. */
function softmax(logits: Float32Array, classes: number, temperature: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = Array.from(logits.subarray(start, start + classes), (logit) => logit / temperature);
    const top = Math.max(...row);
    const powers = row.map((logit) => Math.exp(logit - top));
    const sum = powers.reduce((total, power) => total + power, 0);
    out.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return out;
}

/** Largest |a − b| / size(b); NaN, which no tolerance accepts, when a value is not a number. */
function largest(a: Float32Array, b: Float32Array, size: (value: number) => number): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((top, value, i) => Math.max(top, Math.abs(value - b[i]!) / size(b[i]!)), 0);
}
