import type { Machine } from './machine.js';
import type { BenchRow } from './row.js';

const [WIDTH, LABEL, BAR, GAP, TITLE] = [860, 230, 18, 6, 44];

/** Horizontal bars of the medians, one group for each work, on one logarithmic axis. */
export function drawRows(rows: readonly BenchRow[], machine: Machine): string {
  const timed = rows.filter((row) => row.medianMs !== undefined);
  const low = Math.log10(Math.min(...timed.map((row) => row.medianMs!))) - 0.3;
  const high = Math.log10(Math.max(...timed.map((row) => row.medianMs!))) + 0.1;
  const width = (ms: number) => ((Math.log10(ms) - low) / (high - low)) * (WIDTH - LABEL - 170);
  const parts: string[] = [];
  let y = 30;
  for (const work of new Set(rows.map((row) => row.work))) {
    y += TITLE;
    parts.push(text(8, y - 12, work, 'font-weight="bold"'));
    for (const row of rows.filter((one) => one.work === work)) {
      parts.push(text(LABEL - 8, y + BAR - 5, row.system, 'text-anchor="end"'));
      const bar = row.medianMs === undefined ? 0 : width(row.medianMs);
      const colour = row.system.startsWith('prosodia') ? '#0072b2' : '#999999';
      if (bar > 0)
        parts.push(
          `<rect x="${LABEL}" y="${y}" width="${bar.toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
        );
      parts.push(text(LABEL + bar + 6, y + BAR - 5, labelOf(row)));
      y += BAR + GAP;
    }
  }
  const caption = `${machine.processor}, ${machine.isa}; ms of one item, logarithmic`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 16}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>Prosodia beside its peers</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    text(8, 20, caption, 'fill="#555555"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function labelOf({ medianMs, ratio }: BenchRow): string {
  return medianMs === undefined ? 'missing' : `${medianMs.toPrecision(3)} ms (${ratio?.toFixed(2)} ×)`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
