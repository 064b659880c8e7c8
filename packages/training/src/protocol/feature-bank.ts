import { ProsodiaError, type RowRef } from '@prosodia/contracts';

/** Rows of one input. */
export interface SideRows {
  /** clips × product(rowShape). */
  readonly inputs: Float32Array;
  readonly rowShape: readonly number[];
}

/** Rows of one input for every recording and copy. */
export interface FeatureTable {
  readonly rowShape: readonly number[];
  /** 1 and the copies. */
  readonly rowsPerRecording: number;
  /** recordings × rowsPerRecording × product(rowShape). */
  readonly inputs: Float32Array;
}

/**
 * The features of a corpus, and a record of who was read: sides read through here and nowhere else, so that what a
 * fit has touched is known, not believed.
 */
export class FeatureBank {
  readonly #tables: ReadonlyMap<string, FeatureTable>;
  #touched = new Set<number>();

  constructor(tables: ReadonlyMap<string, FeatureTable>) {
    this.#tables = tables;
  }

  /** Copies the rows asked for. */
  gather(input: string, rows: readonly RowRef[]): SideRows {
    const table = this.#tables.get(input);
    if (!table)
      throw new ProsodiaError(
        'INVALID_ARGUMENT',
        `Expected one of ${[...this.#tables.keys()].join(', ')} for input but received "${input}"`,
      );
    const size = table.rowShape.reduce((product, extent) => product * extent, 1);
    const inputs = new Float32Array(rows.length * size);
    for (const [index, { recording, variant }] of rows.entries()) {
      this.#touched.add(recording);
      const start = (recording * table.rowsPerRecording + variant) * size;
      inputs.set(table.inputs.subarray(start, start + size), index * size);
    }
    return { inputs, rowShape: table.rowShape };
  }

  /**
   * Runs some work and returns the recordings it read.
   *
   * @returns the work's result and the numbers of the recordings
   */
  async watch<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly touched: Set<number> }> {
    this.#touched = new Set();
    const result = await work();
    return { result, touched: this.#touched };
  }
}
