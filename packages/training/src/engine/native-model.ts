import type { TrainerLayer } from '@prosodia/native';
import type * as tf from '@tensorflow/tfjs';
import { layersOf } from './model-steps.js';

type Config = Record<string, unknown>;

/** What each layer the native engine knows must be set to, and what it becomes. */
const KNOWN: Record<string, (config: Config, number: number, last: boolean) => TrainerLayer | string> = {
  LSTM(config) {
    const wanted: Config = {
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      useBias: true,
      goBackwards: false,
      stateful: false,
      dropout: 0,
      recurrentDropout: 0,
      ...UNREGULARIZED,
      recurrentRegularizer: null,
      recurrentConstraint: null,
    };
    return (
      mismatch(config, wanted) ?? {
        kind: 'lstm',
        units: config.units as number,
        returnSequences: config.returnSequences === true,
      }
    );
  },
  Dense(config, _number, last) {
    const problem = mismatch(config, { useBias: true, ...UNREGULARIZED });
    if (problem !== undefined) return problem;
    const allowed = last ? ['softmax'] : ['linear', 'relu'];
    const activation = config.activation as string;
    if (!allowed.includes(activation))
      return `has activation ${activation} instead of ${allowed.join(' or ')}`;
    return { kind: 'dense', units: config.units as number, relu: activation === 'relu' };
  },
  BatchNormalization(config) {
    const wanted: Config = {
      ...{ axis: -1, center: true, scale: true },
      ...{ gammaRegularizer: null, betaRegularizer: null, gammaConstraint: null, betaConstraint: null },
    };
    const { momentum, epsilon } = config as { momentum: number; epsilon: number };
    return mismatch(config, wanted) ?? { kind: 'batchNormalization', momentum, epsilon };
  },
  Dropout(config, number) {
    const problem = mismatch(config, { noiseShape: null });
    return problem ?? { kind: 'dropout', rate: config.rate as number, number };
  },
};

const UNREGULARIZED: Config = {
  kernelRegularizer: null,
  biasRegularizer: null,
  activityRegularizer: null,
  kernelConstraint: null,
  biasConstraint: null,
};

function mismatch(config: Config, wanted: Config): string | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    // Layers leave out or spell as null what was not asked for.
    const actual = config[name] ?? (typeof value === 'boolean' || typeof value === 'number' ? value : null);
    if (actual !== value) return `has ${name} ${JSON.stringify(actual)} instead of ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** The model's layers as the addon takes them, or in words why it cannot. */
export function nativeLayers(model: tf.LayersModel): readonly TrainerLayer[] | string {
  if (model.getClassName() !== 'Sequential') return 'its layers are no chain';
  const layers = layersOf(model);
  const result: TrainerLayer[] = [];
  for (const [number, layer] of layers.entries()) {
    const kind = layer.getClassName();
    const translate = KNOWN[kind];
    if (translate === undefined) return `it does not know layers of kind ${kind} (${layer.name})`;
    if (!layer.trainable) return `${layer.name} is frozen`;
    const known = translate(layer.getConfig() as Config, number, number === layers.length - 1);
    if (typeof known === 'string') return `${layer.name} ${known}`;
    result.push(known);
  }
  if (result.at(-1)?.kind !== 'dense') return 'its last layer is not a dense softmax layer';
  const rank = model.inputs[0]!.shape.length - 1;
  if (rank > 2) return `its input has ${rank} dimensions instead of one or two`;
  return result;
}

/**
 * Why the addon's LSTM kernel cannot stand in for this layer, in words; undefined when it can.
 *
 * @param backwards  whether it is to read its sequence from the end
 */
export function nativeLstmProblem(layer: tf.layers.Layer, backwards = false): string | undefined {
  if (layer.getClassName() !== 'LSTM') return `is a layer of kind ${layer.getClassName()}`;
  if (!layer.trainable) return 'is frozen';
  const config = layer.getConfig() as Config;
  if ((config.goBackwards === true) !== backwards) return 'reads its sequence the other way';
  const known = KNOWN.LSTM!({ ...config, goBackwards: false }, 0, false);
  return typeof known === 'string' ? known : undefined;
}

/** True when the native engine can train this model, else the reason why not, in words. */
export function nativeSupports(model: tf.LayersModel): true | string {
  const layers = nativeLayers(model);
  return typeof layers === 'string' ? layers : true;
}
