import { type ModelCard, modelCardSchema, ONNX_INPUT, ProsodiaError, parseWith } from '@prosodia/contracts';
import type { LayersModel } from '@tensorflow/tfjs';
import writeFileAtomic from 'write-file-atomic';
import { buildGraph, headOf, networkParts, networkSizes, type Scaler } from './network.js';
import { encodeGraph, encodeModel, sha256 } from './onnx-file.js';
import { compareWithModel } from './parity.js';

/** What ONNX Runtime's answer may differ from TensorFlow.js's by, in any probability. */
export const EXPORT_TOLERANCE = 1e-5;

/** The clip as it is. */
const UNCHANGED = { augmentations: [], weight: 1 };

/** The card of a model with one input and one head; the exporter knows the head and the graph's hash. */
export type SequentialCard = Omit<ModelCard, 'graphHash' | 'heads' | 'speaker' | 'variants'>;

export interface ExportOptions {
  /** A model that ends in a dense layer and softmax. */
  readonly model: LayersModel;
  /** Everything the file says of itself; the hash of the graph is added here. */
  readonly card: SequentialCard;
  /** Becomes part of the graph, which then takes raw rows: (x − mean) / scale. */
  readonly scaler?: Scaler | undefined;
  /** Raw rows the file is checked with before it is written: rows × product of the input's shape, at least one. */
  readonly checkRows: Float32Array;
  /** Where the file goes; an older one there is replaced in one step. */
  readonly path: string;
}

export interface ExportResult {
  /** Largest difference of a probability between ONNX Runtime and TensorFlow.js over the rows. */
  readonly maxAbsDifference: number;
  /** SHA-256 of the graph's bytes, hexadecimal. */
  readonly graphHash: string;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Writes a trained model as one ONNX file (operator set 17) with its card inside.
 *
 * The graph holds the scaler and the calibration: input `input` [batch, ...shape], outputs
 * `logits`, `probabilities` = softmax(logits / card.calibration.temperature) and `embedding` (what enters the
 * last dense layer), all without dropout. The file is written only after ONNX Runtime has given TensorFlow.js's
 * answers to `checkRows` within 1e-5.
 *
 * @throws ProsodiaError INVALID_ARGUMENT when card, scaler or rows do not fit the model; MODEL for a layer
 *   that cannot be expressed, or a difference above the tolerance
 */
export async function exportOnnx(options: ExportOptions): Promise<ExportResult> {
  const { model, card, scaler, checkRows, path } = options;
  checkArguments(options);
  const rowShape = card.inputs[0]!.input.shape;
  const { temperature } = card.calibration;
  const graph = encodeGraph(await buildGraph(model, { rowShape, scaler, temperature }));
  const graphHash = sha256(graph);
  const complete = parseWith(
    modelCardSchema,
    { ...card, heads: [headOf(model)], speaker: null, variants: [UNCHANGED], graphHash },
    'model card',
  );
  const file = encodeModel(graph, complete);
  const parity = await compareWithModel(file, { model, rowShape, scaler, temperature, rows: checkRows });
  const worst = Math.max(parity.probabilities, parity.embedding);
  if (!(worst <= EXPORT_TOLERANCE))
    throw new ProsodiaError(
      'MODEL',
      `Expected ONNX Runtime to answer as TensorFlow.js does within ${EXPORT_TOLERANCE} but the probabilities ` +
        `differ by ${parity.probabilities} and the embedding by ${parity.embedding}; ${path} was not written`,
    );
  await writeFileAtomic(path, Buffer.from(file));
  return { maxAbsDifference: parity.probabilities, graphHash, bytes: file.length };
}

function checkArguments({ model, card, scaler, checkRows }: ExportOptions): void {
  expect(
    card.inputs.length === 1 && card.inputs[0]?.name === ONNX_INPUT,
    `one input named ${ONNX_INPUT} in the card`,
    card.inputs.map(({ name }) => name).join(', '),
  );
  const { shape } = card.inputs[0]!.input;
  const modelShape = model.inputs[0]?.shape.slice(1) ?? [];
  const sizes = networkSizes(networkParts(model));
  const rowLength = shape.reduce((product, dim) => product * dim, 1);
  expect(
    shape.join() === modelShape.join(),
    `[${modelShape}] for the shape of the card's input`,
    `[${shape}]`,
  );
  expect(card.labels.length === sizes.classes, `${sizes.classes} labels, one per output`, card.labels.length);
  expect(
    card.outputs.embeddingSize === sizes.embeddingSize,
    `${sizes.embeddingSize} for card.outputs.embeddingSize`,
    card.outputs.embeddingSize,
  );
  expect(
    checkRows.length > 0 && checkRows.length % rowLength === 0,
    `whole rows of ${rowLength} numbers in checkRows, at least one`,
    `${checkRows.length} numbers`,
  );
  if (!scaler) return;
  const { mean, scale } = scaler;
  expect(
    mean.length === rowLength || mean.length === shape.at(-1),
    `${rowLength} or ${shape.at(-1)} means in the scaler`,
    mean.length,
  );
  expect(scale.length === mean.length, `${mean.length} scales, as many as means`, scale.length);
  expect(mean.every(Number.isFinite), 'finite means in the scaler', 'others');
  expect(
    scale.every((s) => Number.isFinite(s) && s !== 0),
    'scales that are finite and not zero',
    'others',
  );
}

function expect(holds: boolean, expected: string, received: unknown): void {
  if (!holds)
    throw new ProsodiaError('INVALID_ARGUMENT', `Expected ${expected} but received ${String(received)}`);
}
