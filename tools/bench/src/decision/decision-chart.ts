import { COLOURS, drawChart } from '@prosodia/training';
import type { DecisionCurve, DecisionPoint } from './decision-curve.js';

const inWords = (share: number) => (100 * share).toFixed(1);
const percent = (share: number) => Number(inWords(share));

/** UAR against the speech heard as an SVG: a line for each recipe with its 95 % interval, the end as a dashed line. */
export function drawDecision(curves: readonly DecisionCurve[]): string {
  return drawChart({
    name: 'live-decision',
    title: 'UAR against the speech heard',
    description: curves.map(describe).join('. '),
    width: 680,
    height: 380,
    option: {
      legend: { top: 0, itemGap: 28, data: curves.map(({ recipe }) => recipe) },
      grid: { left: 56, right: 24, top: 44, bottom: 48 },
      xAxis: { type: 'value', name: 'seconds of speech heard', nameLocation: 'middle', nameGap: 28, min: 0 },
      yAxis: { type: 'value', name: 'UAR, %', min: 0 },
      series: curves.flatMap(seriesOf),
    },
  }).svg;
}

function seriesOf({ recipe, points, whole }: DecisionCurve, place: number): object[] {
  const color = COLOURS[place % COLOURS.length];
  const line = (value: (point: DecisionPoint) => number) =>
    points.map((point) => [point.heardSec, percent(value(point))]);
  const band = `${recipe}, interval`;
  const edge = { type: 'line', name: band, stack: band, symbol: 'none', lineStyle: { opacity: 0 }, color };
  return [
    {
      ...{ name: recipe, type: 'line', symbolSize: 7, color, z: 3, data: line(({ uar }) => uar.value) },
      markLine: {
        ...{ symbol: 'none', silent: true, lineStyle: { type: 'dashed', color } },
        label: {
          ...{ position: 'insideEndBottom', color },
          formatter: `${recipe} at the end: ${inWords(whole.uar.value)}`,
        },
        data: [{ yAxis: percent(whole.uar.value) }],
      },
    },
    // A band is drawn as its lower edge, unseen, and the height above it, filled.
    { ...edge, data: line(({ uar }) => uar.low) },
    { ...edge, areaStyle: { color, opacity: 0.15 }, data: line(({ uar }) => uar.high - uar.low) },
  ];
}

function describe({ recipe, points, whole }: DecisionCurve): string {
  const told = points.map(({ heardSec, uar }) => `${heardSec} s ${inWords(uar.value)} %`);
  return `${recipe}: ${told.join(', ')}, at the end ${inWords(whole.uar.value)} %`;
}
