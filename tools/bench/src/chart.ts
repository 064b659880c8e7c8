import { COLOURS, drawChart } from '@prosodia/training';
import type { Machine } from './machine.js';
import type { BenchRow } from './row.js';

const [WIDTH, LEFT, RIGHT, TOP] = [860, 230, 170, 64];
const [BAR, TITLE] = [24, 44];
const PEER = '#999999';

/** Horizontal bars of the medians, a panel for each work, all on one logarithmic axis. */
export function drawRows(rows: readonly BenchRow[], machine: Machine): string {
  const works = [...new Set(rows.map((row) => row.work))];
  const panels = works.map((work) => rows.filter((row) => row.work === work));
  const tops = panels.map((_, i) =>
    panels.slice(0, i).reduce((top, before) => top + before.length * BAR + TITLE, TOP),
  );
  const times = rows.flatMap(({ medianMs }) => (medianMs === undefined ? [] : [medianMs]));
  const [least, most] = [Math.min(...times) / 2, Math.max(...times) * 1.3];
  return drawChart({
    name: 'bench',
    title: 'Prosodia beside its peers',
    description: rows.map((row) => `${row.work}, ${row.system}: ${labelOf(row)}`).join('. '),
    width: WIDTH,
    height: tops.at(-1)! + panels.at(-1)!.length * BAR + 12,
    option: {
      title: [
        {
          ...{ left: 8, top: 6, textStyle: { fontSize: 12, fontWeight: 'normal', color: '#555555' } },
          text: `${machine.processor}, ${machine.isa}; ms of one item, logarithmic`,
        },
        ...works.map((text, i) => ({ text, left: 8, top: tops[i]! - 24, textStyle: { fontSize: 12 } })),
      ],
      grid: panels.map((panel, i) => ({
        ...{ left: LEFT, right: RIGHT, top: tops[i], height: panel.length * BAR },
      })),
      xAxis: panels.map((_, gridIndex) => ({
        ...{ gridIndex, type: 'log', show: false },
        // A bar begins at 1 unless told otherwise.
        ...{ min: least, max: most, startValue: least },
      })),
      yAxis: panels.map((panel, gridIndex) => ({
        ...{
          gridIndex,
          type: 'category',
          inverse: true,
          axisTick: { show: false },
          axisLine: { show: false },
        },
        data: panel.map(({ system }) => system),
      })),
      series: panels.map((panel, i) => ({
        ...{ type: 'bar', xAxisIndex: i, yAxisIndex: i, barWidth: BAR - 6 },
        data: panel.map((row) => ({
          // A missing peer has a word and no bar.
          value: row.medianMs ?? least,
          itemStyle: { color: row.system.startsWith('prosodia') ? COLOURS[0] : PEER },
          label: { show: true, position: 'right', formatter: labelOf(row) },
        })),
      })),
    },
  }).svg;
}

function labelOf({ medianMs, ratio }: BenchRow): string {
  return medianMs === undefined ? 'missing' : `${medianMs.toPrecision(3)} ms (${ratio?.toFixed(2)} ×)`;
}
