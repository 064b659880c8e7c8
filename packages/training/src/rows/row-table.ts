import { ProsodiaError, type RowRef } from '@prosodia/contracts';
import type { Corpus, CorpusProblem } from '../corpus/corpus.js';

/** The rows of a corpus: each recording's own row and those of its augmented variants, one after the other. */
export interface RowTable {
  /** Shape of one row, e.g. [13, 1]. */
  readonly rowShape: readonly number[];
  /** 1 and the augmented variants. */
  readonly rowsPerRecording: number;
  /** recordings × rowsPerRecording × product(rowShape). */
  readonly inputs: Float32Array;
}

/** Some rows of a table, as an engine takes them. */
export interface LabelledRows {
  readonly inputs: Float32Array;
  readonly classes: Int32Array;
}

/** Elements of one row. */
export function rowSizeOf(rowShape: readonly number[]): number {
  return rowShape.reduce((product, extent) => product * extent, 1);
}

/** Copies the rows of one side of a split, with the class of each. */
export function gatherSide(
  table: RowTable,
  corpus: Pick<Corpus, 'recordings'>,
  labels: readonly string[],
  side: readonly RowRef[],
): LabelledRows {
  const size = rowSizeOf(table.rowShape);
  const inputs = new Float32Array(side.length * size);
  const classes = new Int32Array(side.length);
  for (const [index, { recording, variant }] of side.entries()) {
    const row = recording * table.rowsPerRecording + variant;
    inputs.set(table.inputs.subarray(row * size, (row + 1) * size), index * size);
    const label = labels.indexOf(corpus.recordings[recording]!.emotion);
    if (label < 0)
      throw new ProsodiaError(
        'CORPUS',
        `Expected one of ${labels.join(', ')} but recording ${recording} is ${corpus.recordings[recording]!.emotion}`,
      );
    classes[index] = label;
  }
  return { inputs, classes };
}

/** A corpus without the recordings that could not be read, and its rows likewise. */
export function withoutRecordings(
  corpus: Corpus,
  table: RowTable,
  left: ReadonlyMap<number, CorpusProblem>,
): { readonly corpus: Corpus; readonly table: RowTable } {
  if (left.size === 0) return { corpus, table };
  const kept = corpus.recordings.flatMap((_, index) => (left.has(index) ? [] : [index]));
  if (kept.length === 0)
    throw new ProsodiaError(
      'CORPUS',
      `Expected recordings that can be read but none can, e.g. ${[...left.values()][0]!.reason}`,
    );
  const size = rowSizeOf(table.rowShape) * table.rowsPerRecording;
  const inputs = new Float32Array(kept.length * size);
  for (const [index, recording] of kept.entries())
    inputs.set(table.inputs.subarray(recording * size, (recording + 1) * size), index * size);
  return {
    corpus: {
      ...corpus,
      recordings: kept.map((index) => corpus.recordings[index]!),
      contentHashes: kept.map((index) => corpus.contentHashes[index]!),
    },
    table: { ...table, inputs },
  };
}
