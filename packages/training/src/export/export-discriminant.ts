import {
  type ModelCard,
  modelCardSchema,
  ONNX_SPEAKER_WEIGHT,
  ProsodiaError,
  parseWith,
} from '@prosodia/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import writeFileAtomic from 'write-file-atomic';
import { loadTensorflow } from '../engine/backend.js';
import { applyTemperature } from '../evaluate/calibration.js';
import { patchSummaries } from '../learners/patch-dictionary.js';
import {
  type DiscriminantBranches,
  type DiscriminantPart,
  discriminantGraph,
  FRAMES_INPUT,
  FUNCTIONALS_INPUT,
  PATCHES,
  vectorsOf,
} from './discriminant-graph.js';
import { EXPORT_TOLERANCE, type ExportResult } from './export-onnx.js';
import { encodeGraph, encodeModel, sha256 } from './onnx-file.js';

export interface DiscriminantExport extends DiscriminantBranches {
  readonly card: Omit<ModelCard, 'graphHash'>;
  /** Raw rows the file is checked with before it is written, of at least one clip. */
  readonly checkRows: CheckRows;
  readonly path: string;
}

export interface CheckRows {
  readonly clips: number;
  readonly functionals: Float32Array;
  /** Needed where a head takes patches. */
  readonly frames?: Float32Array | undefined;
}

/**
 * Writes two mixtures of discriminants as one ONNX file with its card, after ONNX Runtime has given their answers within
 * 1e-5.
 *
 * @throws ProsodiaError MODEL for a difference above the tolerance; nothing is written then
 */
export async function exportDiscriminant(options: DiscriminantExport): Promise<ExportResult> {
  const graph = encodeGraph(discriminantGraph(options));
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

async function largestDifference(file: Uint8Array, options: DiscriminantExport): Promise<number> {
  const { plain, speaker, dictionary, checkRows } = options;
  const { clips, functionals, frames } = checkRows;
  const vectors = new Map([[FUNCTIONALS_INPUT, functionals]]);
  const feeds: Record<string, Tensor> = {
    [FUNCTIONALS_INPUT]: new Tensor('float32', functionals, [clips, functionals.length / clips]),
  };
  if (dictionary && frames) {
    const { tf } = await loadTensorflow();
    vectors.set(PATCHES, await patchSummaries(tf, dictionary, frames));
    feeds[FRAMES_INPUT] = new Tensor('float32', frames, [clips, dictionary.frames, dictionary.bands + 1]);
  }
  const session = await InferenceSession.create(file, {
    ...{ intraOpNumThreads: 1, interOpNumThreads: 1 },
    // Errors alone: no node takes the directions.
    logSeverityLevel: 3,
  });
  try {
    const out = await session.run({ ...feeds, ...knownSpeaker(options) });
    const { temperatures } = options;
    const branches = [
      ['probabilities', plain, temperatures.plain] as const,
      ['speakerProbabilities', speaker, temperatures.speaker] as const,
    ];
    const differences: number[] = [];
    for (const [name, parts, temperature] of branches) {
      const found = out[name]!.data as Float32Array;
      const { classes } = parts[0]!.head.trained;
      const expected = applyTemperature(await mixedPosteriors(parts, vectors), classes, temperature);
      differences.push(expected.reduce((top, value, at) => Math.max(top, Math.abs(value - found[at]!)), 0));
    }
    return Math.max(...differences);
  } finally {
    await session.release();
  }
}

/** A speaker whose statistics are the population's, known as well as can be. */
function knownSpeaker(options: DiscriminantExport): Record<string, Tensor> {
  const { clips } = options.checkRows;
  const tensors: Record<string, Tensor> = {
    [ONNX_SPEAKER_WEIGHT]: new Tensor('float32', new Float32Array(clips).fill(1), [clips, 1]),
  };
  for (const [vector, size] of vectorsOf(options)) {
    const part =
      options.speaker.find((own) => own.vector === vector) ??
      options.plain.find((own) => own.vector === vector);
    for (const statistic of ['mean', 'deviation'] as const) {
      const values = part!.head.population[statistic];
      const repeated = Float32Array.from({ length: clips * size }, (_, at) => values[at % size]!);
      tensors[`${vector}.${statistic}`] = new Tensor('float32', repeated, [clips, size]);
    }
  }
  return tensors;
}

async function mixedPosteriors(
  parts: readonly DiscriminantPart[],
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<Float32Array> {
  const answers = await Promise.all(parts.map(({ vector, head }) => head.posteriors(vectors.get(vector)!)));
  return answers[0]!.map((_, at) =>
    answers.reduce((sum, answer, index) => sum + parts[index]!.share * answer[at]!, 0),
  );
}
