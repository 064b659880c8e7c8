/** Keras' names: `lstm`, `lstm_1`, `dropout`, … counted from the start in each model. */
export class LayerNames {
  private readonly counts = new Map<string, number>();

  next(kind: string): string {
    const count = this.counts.get(kind) ?? 0;
    this.counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }
}
