import type { AudioClip } from '@prosodia/contracts';
import { colourOf } from './colours.js';
import type { Timeline } from './timeline.js';

const WIDTH = 1_000;
const HEIGHT = 160;
const MIDDLE = HEIGHT / 2;

const STYLE = `:root{color-scheme:light dark;--ink:light-dark(#222,#ddd);--wave:light-dark(#555,#aaa);--line:light-dark(#ddd,#444)}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:var(--ink)}
svg{width:100%;height:auto;border:1px solid var(--line);border-radius:6px}
.wave{fill:var(--wave)}.legend span{display:inline-block;margin-right:1rem}
.legend i{display:inline-block;width:.9em;height:.9em;border-radius:3px;margin-right:.35em;vertical-align:-.1em}
table{border-collapse:collapse;width:100%}th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left}
td.number{text-align:right;font-variant-numeric:tabular-nums}`;

/** A recording's waveform with its segments coloured, and the segments as a table: one file, nothing beside it. */
export function timelinePage(
  timeline: Timeline,
  clip: AudioClip,
  name: string,
  labels: readonly string[],
): string {
  const title = `Emotion timeline of ${escapeHtml(name)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1>
${picture(timeline, clip, labels)}
<p class="legend">${labels.map((label) => `<span><i style="background:${colourOf(label, labels)}"></i>${escapeHtml(label)}</span>`).join('')}</p>
${table(timeline)}
</body></html>
`;
}

function picture(timeline: Timeline, clip: AudioClip, labels: readonly string[]): string {
  const { durationSec, segments } = timeline;
  const x = (seconds: number) => ((seconds / durationSec) * WIDTH).toFixed(1);
  const bars = segments.map(({ startSec, endSec, label, confidence }) => {
    const width = (((endSec - startSec) / durationSec) * WIDTH).toFixed(1);
    const says = `${escapeHtml(label)}, ${Math.round(100 * confidence)} %, ${startSec.toFixed(2)} to ${endSec.toFixed(2)} s`;
    return `<rect x="${x(startSec)}" y="0" width="${width}" height="${HEIGHT}" fill="${colourOf(label, labels)}" fill-opacity="${(0.25 + 0.5 * confidence).toFixed(2)}"><title>${says}</title></rect>`;
  });
  const described = `${segments.length} segments of speech in ${durationSec.toFixed(1)} seconds; the table below lists them.`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Waveform with coloured segments"><desc>${described}</desc>
${bars.join('\n')}
<path class="wave" d="${outline(clip)}"/></svg>`;
}

/** The largest deflection in each of the picture's columns, drawn both ways. */
function outline({ samples }: AudioClip): string {
  const heights = Array.from({ length: WIDTH }, (_, column) => {
    const from = Math.floor((column * samples.length) / WIDTH);
    const to = Math.max(from + 1, Math.floor(((column + 1) * samples.length) / WIDTH));
    let peak = 0;
    for (const sample of samples.subarray(from, to)) peak = Math.max(peak, Math.abs(sample));
    return peak * (MIDDLE - 4);
  });
  const above = heights.map((height, column) => `${column},${(MIDDLE - height).toFixed(1)}`);
  const below = heights.map((height, column) => `${column},${(MIDDLE + height).toFixed(1)}`).reverse();
  return `M${[...above, ...below].join('L')}Z`;
}

function table({ segments }: Timeline): string {
  const rows = segments.map(
    ({ startSec, endSec, label, confidence }) =>
      `<tr><td class="number">${startSec.toFixed(2)}</td><td class="number">${endSec.toFixed(2)}</td>` +
      `<td>${escapeHtml(label)}</td><td class="number">${(100 * confidence).toFixed(1)} %</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">From (s)</th><th scope="col">To (s)</th><th scope="col">Emotion</th><th scope="col">Confidence</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => names[sign]!);
}
