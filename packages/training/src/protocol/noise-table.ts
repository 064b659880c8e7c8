import type { Interval } from '../evaluate/bootstrap.js';
import type { ProtocolFigures } from './figures.js';
import { trackName } from './kept-folder.js';
import { SNR_SWEEP_DB } from './noise-condition.js';

/** Columns of {@link noiseRows}. */
export const NOISE_HEAD = [
  ...['Recipe', 'Protocol', 'Known of the speaker', 'Noise', 'Clean'],
  ...SNR_SWEEP_DB.map((snrDb) => `${snrDb} dB`),
];

/** Mean recall in per cent, with its interval over speakers: a row for each kind of noise that was tested. */
export function noiseRows(all: readonly ProtocolFigures[]): string[][] {
  return all.flatMap((one) => {
    const kinds = [...new Set(Object.keys(one.noisy).map((name) => name.slice(0, name.lastIndexOf('-'))))];
    const clean = { value: one.uar, low: one.uarLow, high: one.uarHigh };
    return kinds.map((kind) => [
      ...[one.recipe, one.protocol, trackName(one), kind],
      ...[clean, ...SNR_SWEEP_DB.map((snrDb) => one.noisy[`${kind}-${snrDb}`])].map(cell),
    ]);
  });
}

function cell(interval: Interval | undefined): string {
  if (!interval) return '';
  const [value, low, high] = [interval.value, interval.low, interval.high].map((share) =>
    (100 * share).toFixed(1),
  );
  return `${value} [${low}, ${high}]`;
}
