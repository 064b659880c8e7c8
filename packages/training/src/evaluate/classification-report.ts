import type { Scores } from './metrics.js';

/** A decimal as Python formats it: ties (0.125) go to the even neighbour, where toFixed rounds up. */
function fixed(value: number, digits: number): string {
  const doubled = value * 2 ** (digits + 1);
  const isTie = Number.isInteger(doubled) && doubled % 2 !== 0;
  if (!isTie) return value.toFixed(digits);
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

/**
 * The classification report as text, character for character as scikit-learn 1.7 prints it.
 *
 * @param digits  decimals of the three ratios
 */
export function classificationReport(scores: Scores, labels: readonly string[], digits = 2): string {
  const width = Math.max(...labels.map((label) => label.length), 'weighted avg'.length, digits);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`;
  const row = (name: string, one: Scores['macro']) =>
    line(name, [
      fixed(one.precision, digits),
      fixed(one.recall, digits),
      fixed(one.f1, digits),
      String(one.support),
    ]);
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '\n',
    ...labels.map((label, index) => row(label, scores.classes[index]!)),
    '\n',
    line('accuracy', ['', '', fixed(scores.accuracy, digits), String(scores.macro.support)]),
    row('macro avg', scores.macro),
    row('weighted avg', scores.weighted),
  ].join('');
}
