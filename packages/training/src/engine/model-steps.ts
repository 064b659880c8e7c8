import { ProsodiaError } from '@prosodia/contracts';
import type * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;

/** A layer that computes, and whose results it takes. */
export interface Step {
  /** Its place among all steps of the model. */
  readonly number: number;
  readonly layer: Layer;
  /** Numbers of the steps whose results enter it, in its order; -1 for the model's input. */
  readonly inputs: readonly number[];
}

/** What enters the first steps. */
const INPUT = -1;

/** A model as steps that can be taken one after the other. */
export interface ModelSteps {
  readonly steps: readonly Step[];
  /** Numbers of the steps that leave the model; the first is its answer. */
  readonly outputs: readonly number[];
}

/**
 * The layers that compute, in an order in which all that enters one comes before it: a chain for a Sequential, nested ones
 * opened, else the model's graph. Input layers are left out.
 *
 * @throws ProsodiaError MODEL for a graph with several inputs, a layer used twice or a model inside
 */
export function modelSteps(model: tf.LayersModel): ModelSteps {
  if (model.getClassName() === 'Sequential') {
    const steps = layersOf(model).map((layer, number) => ({ number, layer, inputs: [number - 1] }));
    return { steps, outputs: [steps.length - 1] };
  }
  if (model.inputLayers.length !== 1)
    throw new ProsodiaError('MODEL', `Expected a model of one input but it has ${model.inputLayers.length}`);
  const numbers = new Map<Layer, number>(model.inputLayers.map((layer) => [layer, INPUT]));
  const steps: Step[] = [];
  for (const layer of model.layers) {
    if (numbers.has(layer)) continue;
    const [node, again] = layer.inboundNodes;
    if (!node || again || 'layers' in layer)
      throw new ProsodiaError('MODEL', `Expected layers that are used once but ${layer.name} is not`);
    numbers.set(layer, steps.length);
    steps.push({ number: steps.length, layer, inputs: node.inboundLayers.map((from) => numbers.get(from)!) });
  }
  return { steps, outputs: model.outputLayers.map((layer) => numbers.get(layer)!) };
}

/** The layers of a model that are no input, nested Sequentials opened. */
export function layersOf(model: tf.LayersModel): Layer[] {
  return model.layers.flatMap((layer) => {
    if (layer.getClassName() === 'InputLayer') return [];
    return layer.getClassName() === 'Sequential' ? layersOf(layer as tf.Sequential) : [layer];
  });
}

/** The steps that one of them needs, itself the last. */
export function stepsTo(steps: readonly Step[], last: number): Step[] {
  const needed = new Set([last]);
  for (const { number, inputs } of [...steps].reverse())
    if (needed.has(number)) for (const from of inputs) needed.add(from);
  return steps.filter(({ number }) => needed.has(number));
}

/**
 * Takes the steps in order.
 *
 * @param apply  what a step makes of its inputs
 * @returns the result of each step by its number; at -1 the model's input
 */
export function walk<T>(
  steps: readonly Step[],
  input: T,
  apply: (step: Step, inputs: readonly T[]) => T,
): ReadonlyMap<number, T> {
  const results = new Map([[INPUT, input]]);
  for (const step of steps)
    results.set(
      step.number,
      apply(
        step,
        step.inputs.map((from) => results.get(from)!),
      ),
    );
  return results;
}

/** The same through TensorFlow.js's own layers, without dropout; to be called inside `tf.tidy`. */
export function infer(steps: readonly Step[], input: tf.Tensor): tf.Tensor {
  const results = walk(
    steps,
    input,
    ({ layer }, inputs) => layer.apply(asGiven(inputs), { training: false }) as tf.Tensor,
  );
  return results.get(steps.at(-1)?.number ?? INPUT)!;
}

/** Layers of one input take a tensor, the others a list. */
export function asGiven(inputs: readonly tf.Tensor[]): tf.Tensor | tf.Tensor[] {
  return inputs.length === 1 ? inputs[0]! : [...inputs];
}
