/** What is added to the clips that are tested. */
export interface NoiseCondition {
  /** `babble`: several other people of the corpus talking at once. */
  readonly kind: 'white' | 'babble';
  /** Mean power of the clip to that of the noise. */
  readonly snrDb: number;
}

/** The ratios a sweep goes through. */
export const SNR_SWEEP_DB = [20, 15, 10, 5, 0] as const;

export const NOISE_SWEEP: readonly NoiseCondition[] = (['white', 'babble'] as const).flatMap((kind) =>
  SNR_SWEEP_DB.map((snrDb) => ({ kind, snrDb })),
);

/** `white-10`. */
export function conditionName({ kind, snrDb }: NoiseCondition): string {
  return `${kind}-${snrDb}`;
}
