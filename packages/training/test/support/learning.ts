import type * as tfjs from '@tensorflow/tfjs';
import { createEngine } from '../../src/engine/create-engine.js';
import type { TrainingRows } from '../../src/engine/engine.js';
import { inOrder, OPTIONS, weightBytes } from './engine-models.js';

/**
 * Expects a model to learn on the first forty rows, leaving no tensor behind, and a second one to the same bytes.
 *
 * @param share  of the first epoch's loss that the last one must be below
 */
export async function expectToLearn(
  tf: typeof tfjs,
  build: () => tfjs.LayersModel,
  rows: TrainingRows,
  { epochs, share }: { readonly epochs: number; readonly share: number },
): Promise<void> {
  const train = async () => {
    const model = build();
    const engine = await createEngine('auto', model, rows, OPTIONS);
    const first = await engine.epoch(inOrder(40));
    const before = tf.memory().numTensors;
    for (let epoch = 0; epoch < epochs; epoch++) await engine.epoch(inOrder(40));
    const last = await engine.epoch(inOrder(40));
    expect(tf.memory().numTensors).toBe(before);
    expect(last.loss).toBeLessThan(share * first.loss);
    engine.dispose();
    return weightBytes(model);
  };
  expect((await train()).equals(await train())).toBe(true);
}
