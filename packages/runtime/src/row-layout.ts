// Apart from the rest, so that network threads load nothing else.

/** An input of the graph, without the batch. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Values of one row. */
  readonly size: number;
}

/** Values of one row of all inputs, one after the other. */
export function rowSizeOf(inputs: readonly GraphInput[]): number {
  return inputs.reduce((sum, { size }) => sum + size, 0);
}

/** Rows one after the other, as a copy. */
export function joined(rows: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const row of rows) {
    all.set(row, start);
    start += row.length;
  }
  return all;
}
