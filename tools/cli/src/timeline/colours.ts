/** Apart for colour-blind readers (Okabe & Ito 2008) and legible as bars on light and dark. */
const PALETTE = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#8c6bb1',
  '#7f7f7f',
] as const;

/** A label's colour, the same wherever a model with these labels is shown. */
export function colourOf(label: string, labels: readonly string[]): string {
  const place = labels.indexOf(label);
  return place < 0 ? '#7f7f7f' : PALETTE[place % PALETTE.length]!;
}

/** `text` on a background of that colour, for terminals with true colour. */
export function painted(text: string, colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `\u001b[48;2;${red};${green};${blue}m\u001b[38;2;255;255;255m${text}\u001b[0m`;
}
