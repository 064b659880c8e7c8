import { COLOURS, drawChart } from '@prosodia/training';
import type { BenchRow } from './row.js';

/** What an epoch costs each system as one size grows. */
export interface Growth {
  /** The size that grows, e.g. `rows`. */
  readonly of: string;
  readonly points: readonly { readonly size: number; readonly rows: readonly BenchRow[] }[];
}

const [PANEL, GAP, TOP, HEIGHT] = [240, 64, 64, 340];

/** A panel for each size that grows, a line for each system; both axes logarithmic. Each size is twice the one before. */
export function drawGrowth(growths: readonly Growth[]): string {
  const systems = [
    ...new Set(
      growths.flatMap(({ points }) => points.flatMap(({ rows }) => rows.map(({ system }) => system))),
    ),
  ];
  return drawChart({
    name: 'train-growth',
    title: 'Seconds of an epoch as it grows',
    description: growths.map(describe).join('. '),
    width: growths.length * (PANEL + GAP) + 24,
    height: HEIGHT,
    option: {
      legend: { top: 8, itemGap: 32, data: systems },
      grid: growths.map((_, i) => ({ left: 56 + i * (PANEL + GAP), top: TOP, width: PANEL, bottom: 48 })),
      // Sizes double, so that even steps are a logarithmic axis.
      xAxis: growths.map(({ of, points }, gridIndex) => ({
        ...{ gridIndex, type: 'category', boundaryGap: false, name: of, nameLocation: 'middle', nameGap: 28 },
        data: points.map(({ size }) => size.toLocaleString('en')),
      })),
      yAxis: growths.map((_, gridIndex) => ({ gridIndex, type: 'log', name: gridIndex === 0 ? 's' : '' })),
      series: growths.flatMap(({ points }, i) =>
        systems.map((system, place) => ({
          ...{ name: system, type: 'line', xAxisIndex: i, yAxisIndex: i, symbolSize: 7 },
          color: COLOURS[place % COLOURS.length],
          data: points.map(({ rows }) => secondsOf(rows, system)),
        })),
      ),
    },
  }).svg;
}

/** Null for a system that is missing. */
function secondsOf(rows: readonly BenchRow[], system: string): number | null {
  const medianMs = rows.find((row) => row.system === system)?.medianMs;
  return medianMs === undefined ? null : medianMs / 1_000;
}

function describe({ of, points }: Growth): string {
  const told = points.map(({ size, rows }) => {
    const times = rows.map(
      (row) => `${row.system} ${((row.medianMs ?? Number.NaN) / 1_000).toPrecision(3)} s`,
    );
    return `${size}: ${times.join(', ')}`;
  });
  return `By ${of}: ${told.join('; ')}`;
}
