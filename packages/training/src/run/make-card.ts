import { MODEL_CARD_VERSION, ONNX_INPUT } from '@prosodia/contracts';
import type { Corpus } from '../corpus/corpus.js';
import type { EngineName } from '../engine/engine.js';
import type { Calibration } from '../evaluate/calibration.js';
import type { Judgement } from '../evaluate/judge.js';
import type { SequentialCard } from '../export/export-onnx.js';
import type { FitResult } from '../fit/fit.js';
import type { NetworkDescription } from '../models/model-summary.js';
import type { Recipe } from '../recipes/recipe.js';
import type { TrainData } from './train-data.js';

export interface CardParts {
  readonly recipe: Recipe;
  readonly data: TrainData;
  readonly network: NetworkDescription;
  readonly embeddingSize: number;
  readonly calibration: Calibration;
  readonly judgement: Judgement;
  readonly fitted: FitResult;
  readonly engine: EngineName;
  readonly seed: number;
  readonly software: Readonly<Record<string, string>>;
}

/** The model card of a trained run; the exporter adds its head and the graph's hash. */
export function makeCard(parts: CardParts): SequentialCard {
  const { recipe, data, fitted, calibration } = parts;
  const { corpus } = data;
  return {
    formatVersion: MODEL_CARD_VERSION,
    name: `${recipe.name}-${corpus.name}`,
    recipe: recipe.name,
    labels: [...data.labels],
    inputs: [{ name: ONNX_INPUT, input: data.input }],
    outputs: {
      logits: 'logits',
      probabilities: 'probabilities',
      embedding: 'embedding',
      embeddingSize: parts.embeddingSize,
    },
    calibration: { temperature: calibration.temperature, method: calibration.method },
    network: parts.network,
    training: {
      corpus: corpus.name,
      synthetic: corpus.synthetic,
      licence: corpus.licence,
      recordings: new Set(data.split.train.map(({ recording }) => recording)).size,
      rows: data.split.train.length,
      speakers: [...data.summary.trainSpeakers],
      engine: parts.engine,
      epochs: fitted.history.length,
      bestEpoch: fitted.bestEpoch,
      seed: parts.seed,
      splitHash: data.split.hash,
    },
    evaluation: parts.judgement.evaluation,
    limits: limitsOf(corpus, data.summary.trainSpeakers.length, data.summary.caveat),
    software: { ...parts.software },
  };
}

/** What whoever uses the model must know it was not made for. */
export function limitsOf(corpus: Corpus, speakers: number, caveat: string): string[] {
  const texts = new Set(corpus.recordings.map(({ text }) => text)).size;
  const limits = [
    'It names how speech sounds, by categories that were acted or labelled; it does not know what a person feels. ' +
      'Decide nothing about a person by it alone.',
    `It learnt from ${speakers} speaker${speakers === 1 ? '' : 's'} and ${texts} text${texts === 1 ? '' : 's'}; ` +
      'other voices, languages, rooms and microphones are untested.',
  ];
  if (corpus.synthetic)
    limits.push(
      'Its training speech is synthetic: no person spoke it, and its figures say nothing of real speech.',
    );
  if (caveat) limits.push(caveat);
  return limits;
}
