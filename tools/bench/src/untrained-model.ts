import { featureConfigSchema, MODEL_CARD_VERSION } from '@prosodia/contracts';
import { buildModel, exportOnnx, loadTensorflow, RECIPES, type TensorFlow } from '@prosodia/training';

const LABELS = ['angry', 'calm', 'disgust', 'fearful', 'happy', 'neutral', 'sad', 'surprised'];
const SHAPE = [13, 1];
const SEED = 1;

/** The paper's final network, untrained: its time does not depend on its weights. */
export function paperNetwork(tf: TensorFlow): ReturnType<typeof buildModel> {
  return buildModel(tf, RECIPES['paper-final']!.model, { rowShape: SHAPE, classes: LABELS.length }, SEED);
}

/** Writes it as a model file. */
export async function writeUntrainedModel(path: string): Promise<void> {
  const { tf } = await loadTensorflow();
  const model = paperNetwork(tf);
  const rows = Float32Array.from({ length: 64 * 13 }, (_, i) => Math.sin(i) * 50);
  await exportOnnx({ model, card: cardOf(model.countParams()), checkRows: rows, path });
  model.dispose();
}

function cardOf(parameters: number) {
  const features = featureConfigSchema.parse({});
  return {
    formatVersion: MODEL_CARD_VERSION,
    name: 'untrained',
    recipe: 'paper-final',
    labels: LABELS,
    inputs: [{ name: 'input', input: { features, summary: 'mean' as const, shape: SHAPE } }],
    outputs: {
      logits: 'logits' as const,
      probabilities: 'probabilities' as const,
      embedding: 'embedding' as const,
      embeddingSize: 128,
    },
    calibration: { temperature: 1, method: 'none' },
    network: { parameters, layers: [] },
    training: {
      corpus: 'none',
      synthetic: true,
      licence: 'Apache-2.0',
      recordings: 0,
      rows: 0,
      speakers: [],
      engine: 'none',
      epochs: 0,
      bestEpoch: 0,
      seed: SEED,
      splitHash: '',
    },
    evaluation: null,
    limits: ['Random weights: its answers mean nothing.'],
    software: {},
  };
}
