/** What a network is built for. */
export interface ModelShape {
  /** Shape of one row, e.g. [13, 1]. */
  readonly rowShape: readonly number[];
  readonly classes: number;
}
