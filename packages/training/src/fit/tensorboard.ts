import { join } from 'node:path';
import type { LoadedTensorflow } from '../engine/backend.js';
import type { EpochRecord } from './history.js';

interface SummaryWriter {
  scalar(name: string, value: number, step: number): void;
  flush(): void;
}

/** What tfjs-node adds to TensorFlow.js. */
interface NodeAdditions {
  readonly node?: { summaryFileWriter(folder: string): SummaryWriter };
}

/** Writes one epoch's figures, under the names Keras' TensorBoard callback gives them. */
export type EpochWriter = (record: EpochRecord) => void;

/**
 * TensorBoard event files in `train` and `validation` below a folder.
 *
 * @returns undefined where TensorFlow.js runs without libtensorflow, which writes them
 */
export function tensorboardWriter(loaded: LoadedTensorflow, folder: string): EpochWriter | undefined {
  const { node } = loaded.tf as unknown as NodeAdditions;
  if (loaded.backend !== 'tensorflow' || !node) return undefined;
  const sides = ['train', 'validation'] as const;
  const writers = sides.map((side) => [side, node.summaryFileWriter(join(folder, side))] as const);
  return (record) => {
    for (const [side, writer] of writers) {
      for (const [name, value] of Object.entries(record[side]))
        writer.scalar(`epoch_${name}`, value, record.epoch);
      writer.flush();
    }
  };
}
