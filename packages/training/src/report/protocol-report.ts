import writeFileAtomic from 'write-file-atomic';
import {
  LISTENERS_SEVEN_OPTIONS,
  type ProtocolFigures,
  type ProtocolJudgement,
} from '../protocol/figures.js';
import { type KeptComparison, trackName } from '../protocol/kept-folder.js';
import { NOISE_HEAD, noiseRows } from '../protocol/noise-table.js';
import { type Chart, COLOURS, drawChart, escapeHtml } from './chart.js';
import { figures as figureRow, percent, STYLE, section, table } from './page.js';
import { confusionChart, reliabilityChart, riskCoverageChart } from './run-charts.js';

/** Keeps a figure on one line. */
const NO_BREAK = '\u00a0';

/** Recall of each class. */
export function recallChart({ recalls, uar }: ProtocolFigures): Chart {
  return barChart('recalls', 'Recall of each class', Object.entries(recalls), uar, 'mean');
}

/** Mean recall of each speaker, from the worst. */
export function actorChart({ actors, uar }: ProtocolFigures): Chart {
  const sorted = Object.entries(actors).sort((a, b) => a[1] - b[1]);
  return barChart('actors', 'Mean recall of each speaker, from the worst', sorted, uar, 'pooled');
}

function barChart(
  name: string,
  title: string,
  entries: readonly (readonly [string, number])[],
  line: number,
  lineName: string,
): Chart {
  return drawChart({
    name,
    title: `${title} (line: ${lineName} ${percent(line)})`,
    description: entries.map(([label, value]) => `${label} ${percent(value)}`).join(', '),
    height: 340,
    option: {
      grid: { left: 60, right: 20, top: 20, bottom: 80 },
      xAxis: {
        type: 'category',
        data: entries.map(([label]) => label),
        axisLabel: { interval: 0, rotate: entries.length > 8 ? 60 : 30 },
      },
      yAxis: { type: 'value', min: 0, max: 1, name: 'recall', nameLocation: 'middle', nameGap: 40 },
      series: [
        {
          type: 'bar',
          data: entries.map(([, value]) => value),
          itemStyle: { color: COLOURS[0] },
          markLine: {
            symbol: 'none',
            lineStyle: { color: COLOURS[1], type: 'dashed' },
            label: { show: false },
            data: [{ yAxis: line }],
          },
        },
      ],
    },
  });
}

/** Mean recall against the ratio of speech to noise. */
export function noiseChart({ noisy, uar }: ProtocolFigures): Chart | undefined {
  const kinds = [...new Set(Object.keys(noisy).map((name) => name.slice(0, name.lastIndexOf('-'))))];
  if (kinds.length === 0) return undefined;
  const series = kinds.map((kind) => ({
    name: kind,
    type: 'line',
    symbolSize: 8,
    data: Object.entries(noisy)
      .filter(([name]) => name.startsWith(`${kind}-`))
      .map(([name, { value }]) => [Number(name.slice(kind.length + 1)), value]),
  }));
  return drawChart({
    name: 'noise',
    title: 'Mean recall under noise',
    description: Object.entries(noisy)
      .map(([name, { value }]) => `${name} dB ${percent(value)}`)
      .join(', '),
    height: 320,
    option: {
      legend: { top: 0, itemGap: 28 },
      grid: { left: 60, right: 20, top: 36, bottom: 50 },
      xAxis: {
        type: 'value',
        inverse: true,
        name: 'speech to noise, dB',
        nameLocation: 'middle',
        nameGap: 28,
      },
      yAxis: { type: 'value', min: 0, max: 1, name: 'UAR', nameLocation: 'middle', nameGap: 40 },
      series: series.map((one, index) => ({
        ...one,
        ...(index === 0
          ? {
              markLine: {
                symbol: 'none',
                lineStyle: { color: '#777777', type: 'dashed' },
                label: { position: 'insideEndTop', formatter: `clean ${percent(uar)}` },
                data: [{ yAxis: uar }],
              },
            }
          : {}),
      })),
    },
  });
}

/** The page of several learners, protocols and tracks, as one HTML file that needs nothing beside it. */
export function protocolPage(
  all: readonly ProtocolJudgement[],
  comparisons: readonly KeptComparison[] = [],
): string {
  const title = 'Learners by protocol and by what is known of the speaker';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>${overview(all)}${underNoise(all)}${differences(comparisons)}${all.map(detail).join('\n')}</body></html>
`;
}

/** Writes {@link protocolPage}. */
export async function writeProtocolReport(
  path: string,
  all: readonly ProtocolJudgement[],
  comparisons: readonly KeptComparison[] = [],
): Promise<void> {
  await writeFileAtomic(path, protocolPage(all, comparisons));
}

function differences(comparisons: readonly KeptComparison[]): string {
  if (comparisons.length === 0) return '';
  const points = (value: number) => (100 * value).toFixed(1);
  const rows = comparisons.map((one) => [
    ...[one.first, one.second, one.protocol, trackName(one)],
    `+${points(one.difference)} [${points(one.low)}–${points(one.high)}]`.replaceAll(' ', NO_BREAK),
    one.p < 0.001 ? '< 0.001' : one.p.toFixed(3),
  ]);
  return section(
    'Differences',
    table(['Better', 'Than', 'Protocol', 'Known', 'UAR, points', 'p'], rows) +
      '<p>Both on the same clips; interval and two-sided p by bootstrap over speakers, the same drawn for both.</p>',
  );
}

function underNoise(all: readonly ProtocolJudgement[]): string {
  const rows = noiseRows(all.map(({ figures }) => figures));
  if (rows.length === 0) return '';
  return section(
    'Under noise',
    table(
      NOISE_HEAD,
      rows.map((row) => row.map((text) => text.replaceAll(' ', NO_BREAK))),
    ) +
      '<p>UAR in per cent. Learned from clean clips and tested with noise added, at the ratio of mean powers.</p>',
  );
}

function overview(all: readonly ProtocolJudgement[]): string {
  const rows = all.map(({ figures: one }) => [
    ...[one.recipe, one.protocol, trackName(one)],
    `${percent(one.uar)} [${percent(one.uarLow)}–${percent(one.uarHigh)}]`.replaceAll(' ', NO_BREAK),
    ...[percent(one.wa), percent(one.macroF1), share(one.sevenOption), share(one.women), share(one.men)],
    `${one.worstActor.speaker}: ${percent(one.worstActor.uar)}`,
    ...[one.ece.toFixed(3), one.brier.toFixed(3), percent(one.surestHalf)],
  ]);
  const head = ['Recipe', 'Protocol', 'Known', 'UAR', 'WA', 'Macro F1', 'Seven options', 'Women', 'Men'];
  return section(
    'Table',
    table([...head, 'Worst speaker', 'ECE', 'Brier', 'Surest half'], rows) +
      `<p>Intervals are by bootstrap over speakers. Seven options: calm counts as neutral, share right; people listening to RAVDESS reach ${percent(LISTENERS_SEVEN_OPTIONS)}.</p>`,
  );
}

function detail({ figures: one, judgement, predictions }: ProtocolJudgement): string {
  const noise = noiseChart(one);
  const charts = [
    confusionChart(judgement.labels, judgement.confusion),
    recallChart(one),
    actorChart(one),
    reliabilityChart(predictions.rows),
    riskCoverageChart(predictions.rows),
    ...(noise ? [noise] : []),
  ];
  const caveat = one.caveat ? `<p class="caveat">${escapeHtml(one.caveat)}</p>` : '';
  return section(`${one.recipe}, ${one.protocol}, ${trackName(one)}`, caveat + figureRow(charts));
}

function share(value: number | null): string {
  return value === null ? '–' : percent(value);
}
