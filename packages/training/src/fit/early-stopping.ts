import type { Monitor } from '../recipes/recipe.js';
import type { EpochRecord, SideScores } from './history.js';

/** All that early stopping remembers; `best` is null before the first epoch. */
export interface StoppingState {
  readonly best: number | null;
  readonly bestEpoch: number;
  /** Epochs since then. */
  readonly waited: number;
}

export const NOTHING_SEEN: StoppingState = { best: null, bestEpoch: 0, waited: 0 };

/** The state after an epoch; better means strictly better, as in Keras' EarlyStopping with min_delta 0. */
export function afterEpoch(
  state: StoppingState,
  monitor: Monitor,
  { epoch, validation }: Pick<EpochRecord, 'epoch'> & { readonly validation: SideScores },
): StoppingState {
  const value = validation[monitor];
  const isBetter = state.best === null || (monitor === 'loss' ? value < state.best : value > state.best);
  return isBetter ? { best: value, bestEpoch: epoch, waited: 0 } : { ...state, waited: state.waited + 1 };
}
