import {
  type ModelCard,
  modelCardSchema,
  ONNX_SPEAKER_WEIGHT,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import writeFileAtomic from 'write-file-atomic';
import { posteriors } from '../learners/discriminant.js';
import { normaliseRows } from '../learners/speaker-normalise.js';
import { type DiscriminantPart, discriminantGraph, FUNCTIONALS_INPUT } from './discriminant-graph.js';
import { EXPORT_TOLERANCE, type ExportResult } from './export-onnx.js';
import { encodeGraph, encodeModel, sha256 } from './onnx-file.js';

export interface DiscriminantExport {
  readonly plain: DiscriminantPart;
  readonly speaker: DiscriminantPart;
  readonly card: Omit<ModelCard, 'graphHash'>;
  /** Raw rows the file is checked with before it is written, at least one. */
  readonly checkRows: Float32Array;
  readonly path: string;
}

/**
 * Writes two discriminants as one ONNX file with its card, after ONNX Runtime has given their answers within 1e-5.
 *
 * @throws ProsodiaError MODEL for a difference above the tolerance; nothing is written then
 */
export async function exportDiscriminant(options: DiscriminantExport): Promise<ExportResult> {
  const graph = encodeGraph(discriminantGraph(options.plain, options.speaker));
  const graphHash = sha256(graph);
  const card = parseWith(modelCardSchema, { ...options.card, graphHash }, 'model card');
  const file = encodeModel(graph, card);
  const difference = await largestDifference(file, options);
  if (!(difference <= EXPORT_TOLERANCE))
    throw new ProsodiaError(
      'MODEL',
      `Expected ONNX Runtime to answer as the discriminants do within ${EXPORT_TOLERANCE} but a probability differs ` +
        `by ${difference}; ${options.path} was not written`,
    );
  await writeFileAtomic(options.path, Buffer.from(file));
  return { maxAbsDifference: difference, graphHash, bytes: file.length };
}

async function largestDifference(
  file: Uint8Array,
  { plain, speaker, checkRows }: DiscriminantExport,
): Promise<number> {
  const { size } = plain.trained;
  const count = checkRows.length / size;
  // A speaker whose statistics are the population's, known as well as can be.
  const repeated = (values: Float64Array) =>
    Float32Array.from({ length: count * size }, (_, at) => values[at % size]!);
  const tensor = (values: Float32Array) => new Tensor('float32', values, [count, size]);
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  try {
    const { mean, deviation } = speaker.population;
    const out = await session.run({
      [FUNCTIONALS_INPUT]: tensor(checkRows),
      [`${FUNCTIONALS_INPUT}.mean`]: tensor(repeated(mean)),
      [`${FUNCTIONALS_INPUT}.deviation`]: tensor(repeated(deviation)),
      [ONNX_SPEAKER_WEIGHT]: new Tensor('float32', new Float32Array(count).fill(1), [count, 1]),
    });
    const differences = [['probabilities', plain] as const, ['speakerProbabilities', speaker] as const].map(
      ([name, part]) => {
        const expected = posteriors(
          part.trained,
          normaliseRows(checkRows, size, part.population),
          part.temperature,
        );
        const found = out[name]!.data as Float32Array;
        return expected.reduce((top, value, at) => Math.max(top, Math.abs(value - found[at]!)), 0);
      },
    );
    return Math.max(...differences);
  } finally {
    await session.release();
  }
}
