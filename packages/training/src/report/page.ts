import { type Chart, escapeHtml } from './chart.js';
import type { ReportInput } from './report-input.js';

/** People listening to RAVDESS's speech, audio only, seven options (Livingstone & Russo 2018). */
const LISTENERS = '62.4 %';

export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif;max-width:72rem;margin:0 auto;padding:1rem}
h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
figure{margin:1rem 0;display:inline-block;vertical-align:top;max-width:100%}
figure svg{background:#fff;border-radius:6px;max-width:100%;height:auto}
figcaption{font-size:.9rem;max-width:40rem}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:left}
td.number{text-align:right;font-variant-numeric:tabular-nums}
pre{background:var(--soft);padding:1rem;overflow:auto;line-height:1.3}
.figure-row{display:flex;flex-wrap:wrap;gap:1rem}
.headline{display:flex;flex-wrap:wrap;gap:1rem}.headline div{background:var(--soft);border-radius:6px;padding:.75rem 1rem}
.headline strong{font-size:1.6rem;display:block}
.caveat{border-left:4px solid #d55e00;padding:.5rem 1rem;background:var(--soft)}
.banner{background:#d55e00;color:#fff;padding:.75rem 1rem;border-radius:6px;font-weight:600}
@media print{h2{break-after:avoid}figure{break-inside:avoid}}`;

export interface PageCharts {
  readonly distributions: readonly Chart[];
  readonly examples: readonly (readonly Chart[])[];
  readonly pipeline: Chart;
  readonly system: Chart;
  readonly network: Chart;
  readonly history: readonly Chart[];
  readonly confusion: Chart;
  readonly calibration: readonly Chart[];
}

/** The report as one HTML file that needs nothing beside it. */
export function reportPage(input: ReportInput, charts: PageCharts): string {
  const body = [
    `<h1>${escapeHtml(input.title)}</h1>`,
    input.synthetic
      ? '<p class="banner" role="note">SYNTHETIC speech: no person spoke it. The figures check the machinery and say nothing about people.</p>'
      : '',
    headline(input),
    section('Comparison of protocols', comparison(input)),
    section('Corpus', corpus(input) + figures(charts.distributions)),
    section('What the features see', charts.examples.map(figures).join('')),
    section('Pipeline', figures([charts.pipeline, charts.system])),
    section('Network', figures([charts.network])),
    section('Training', training(input) + figures(charts.history)),
    section(
      'Evaluation',
      `<pre>${escapeHtml(input.judgement.classificationReport)}</pre>${figures([charts.confusion])}`,
    ),
    section('Calibration', calibration(input) + figures(charts.calibration)),
    section('Demonstration', demo(input)),
    section('Limits', `<ul>${input.limits.map((limit) => `<li>${escapeHtml(limit)}</li>`).join('')}</ul>`),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(input.title)}</title><style>${STYLE}</style></head>
<body>${body.join('\n')}</body></html>
`;
}

export function section(title: string, content: string): string {
  return content === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}

export function figures(charts: readonly Chart[]): string {
  const items = charts.map(
    (chart) => `<figure>${chart.svg}<figcaption>${escapeHtml(chart.title)}</figcaption></figure>`,
  );
  return `<div class="figure-row">${items.join('')}</div>`;
}

function headline({ judgement, synthetic, corpusName }: ReportInput): string {
  const { accuracy, uar, protocol, caveat, testRows, testSpeakers } = judgement.evaluation;
  const box = (name: string, { value, low, high }: { value: number; low: number; high: number }) =>
    `<div>${name}<strong>${percent(value)}</strong>95 % interval ${percent(low)} – ${percent(high)}</div>`;
  const listeners =
    corpusName === 'ravdess' && !synthetic
      ? `<div>People listening<strong>${LISTENERS}</strong>audio only, seven options, same corpus</div>`
      : '';
  return (
    `<div class="headline">${box('Accuracy (WA)', accuracy)}${box('Mean recall (UAR)', uar)}` +
    `<div>Protocol<strong>${escapeHtml(protocol)}</strong>${testRows} test rows of ${testSpeakers.length} speakers</div>${listeners}</div>` +
    (caveat ? `<p class="caveat">${escapeHtml(caveat)}</p>` : '') +
    '<p>Intervals are by bootstrap over speakers, 1,000 draws.</p>'
  );
}

function comparison({ comparison: lines }: ReportInput): string {
  if (lines.length === 0) return '';
  return table(
    ['Recipe', 'Protocol', 'Accuracy', 'UAR', 'What to know'],
    lines.map((line) => [line.recipe, line.protocol, line.accuracyText, line.uarText, line.caveat]),
  );
}

function corpus({ corpus: report, corpusName, licence }: ReportInput): string {
  const notes = [
    `${report.recordings} recordings of ${report.speakers} speakers (${escapeHtml(corpusName)}; licence: ${escapeHtml(licence)}).`,
    ...report.duplicates.map(
      (group) => `The same recording under several names: ${escapeHtml(group.map(fileName).join(', '))}.`,
    ),
    report.malformed.length > 0 ? `${report.malformed.length} files were left out.` : '',
    report.missing.length > 0 ? `${report.missing.length} files of the corpus are missing.` : '',
  ];
  return `<p>${notes.filter((note) => note !== '').join('<br>')}</p>`;
}

function training(input: ReportInput): string {
  const { rows, history, bestEpoch, engine, secondsPerEpoch, recipe, seed } = input;
  return (
    `<p>Recipe <code>${escapeHtml(recipe)}</code>, seed ${seed}: ${rows.train} rows to learn from, ${rows.validation} to choose ` +
    `the epoch by, ${rows.test} to test. ${history.length} epochs, the weights of epoch ${bestEpoch} kept; engine ` +
    `${escapeHtml(engine)}, ${secondsPerEpoch.toFixed(2)} s per epoch.</p>`
  );
}

function calibration({ judgement }: ReportInput): string {
  return `<p>Expected calibration error ${judgement.calibrationError.toFixed(3)}, mean cross-entropy ${judgement.crossEntropy.toFixed(3)}.</p>`;
}

function demo({ demo: lines }: ReportInput): string {
  if (lines.length === 0) return '';
  const right = lines.filter((line) => line.correct).length;
  return (
    table(
      ['File', 'Actual emotion', 'Predicted emotion', ''],
      lines.map((line) => [line.file, line.actual, line.predicted, line.correct ? 'Correct' : 'Incorrect']),
    ) +
    `<p>${right} of ${lines.length} right (${percent(right / lines.length)}), speakers the model never heard.</p>`
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
  return (
    `<table><thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table>`
  );
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}
