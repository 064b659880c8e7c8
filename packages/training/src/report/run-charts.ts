import type { Distribution } from '../corpus/corpus.js';
import type { Prediction } from '../evaluate/judge.js';
import type { EpochRecord } from '../fit/history.js';
import { type Chart, COLOURS, drawChart, HEAT } from './chart.js';

/** How often each value occurs: the paper's Figs 1 and 2. */
export function distributionChart(name: string, title: string, counts: Distribution): Chart {
  const entries = Object.entries(counts);
  return drawChart({
    name,
    title,
    description: entries.map(([value, count]) => `${value} ${count}`).join(', '),
    height: 300,
    option: {
      grid: { left: 50, right: 20, top: 20, bottom: 50 },
      xAxis: { type: 'category', data: entries.map(([value]) => value), axisLabel: { interval: 0 } },
      yAxis: { type: 'value', name: 'clips' },
      series: [
        {
          type: 'bar',
          data: entries.map(([, count]) => count),
          label: { show: true, position: 'top' },
          itemStyle: { color: COLOURS[0] },
        },
      ],
    },
  });
}

type Score = 'loss' | 'accuracy' | 'macroF1';

/** One score of both sides, epoch by epoch: the paper's Figs 13, 15 and 17. */
export function historyChart(
  score: Score,
  title: string,
  history: readonly EpochRecord[],
  best: number,
): Chart {
  const line = (side: 'train' | 'validation', label: string) => ({
    name: label,
    type: 'line',
    showSymbol: false,
    data: history.map((record) => [record.epoch, record[side][score]]),
  });
  const last = history.at(-1);
  return drawChart({
    name: `history-${score}`,
    title,
    description: last
      ? `After ${last.epoch} epochs: training ${last.train[score].toFixed(3)}, validation ${last.validation[score].toFixed(3)}`
      : 'No epoch was trained',
    height: 300,
    option: {
      legend: { top: 0, itemGap: 28 },
      grid: { left: 50, right: 20, top: 36, bottom: 44 },
      xAxis: {
        type: 'value',
        name: 'epoch',
        nameLocation: 'middle',
        nameGap: 26,
        min: 1,
        minInterval: 1,
        max: last?.epoch ?? 1,
      },
      yAxis: { type: 'value', scale: score === 'loss' },
      series: [
        {
          ...line('train', 'training'),
          markLine: {
            symbol: 'none',
            lineStyle: { color: '#777777', type: 'dashed' },
            label: { formatter: `best: ${best}` },
            data: [{ xAxis: best }],
          },
        },
        line('validation', 'validation'),
      ],
    },
  });
}

/** Share of each true class given each answer; the counts are written in the cells. */
export function confusionChart(labels: readonly string[], confusion: readonly (readonly number[])[]): Chart {
  const cells = confusion.flatMap((row, truth) => {
    const total = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    return row.map((count, answer) => ({
      value: [answer, truth, count / total],
      label: { show: true, formatter: `${count}`, color: count / total > 0.5 ? '#ffffff' : '#222222' },
    }));
  });
  const axis = { type: 'category', data: [...labels], splitArea: { show: false } };
  return drawChart({
    name: 'confusion',
    title: 'Confusion matrix',
    description: 'Rows are what was acted, columns what was recognised; darker is a larger share of the row',
    height: 460,
    option: {
      grid: { left: 100, right: 20, top: 20, bottom: 90 },
      xAxis: {
        ...axis,
        name: 'recognised',
        nameLocation: 'middle',
        nameGap: 62,
        axisLabel: { interval: 0, rotate: 35 },
      },
      yAxis: { ...axis, name: 'acted', inverse: true, nameLocation: 'start' },
      visualMap: { show: false, min: 0, max: 1, inRange: { color: ['#f7fbff', '#6baed6', '#08306b'] } },
      series: [{ type: 'heatmap', data: cells }],
    },
  });
}

const BINS = 10;

/** Said confidence against share right, in ten bins: on the diagonal, 70 % means 70 %. */
export function reliabilityChart(predictions: readonly Prediction[]): Chart {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, right: 0, confidence: 0 }));
  for (const { predicted, truth, probabilities } of predictions) {
    const confidence = Math.max(...probabilities);
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.count++;
    bin.confidence += confidence;
    bin.right += predicted === truth ? 1 : 0;
  }
  const points = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => [bin.confidence / bin.count, bin.right / bin.count]);
  return drawChart({
    name: 'reliability',
    title: 'Reliability',
    description: points
      .map(([said, right]) => `said ${said!.toFixed(2)}, right ${right!.toFixed(2)}`)
      .join('; '),
    height: 320,
    option: {
      grid: { left: 60, right: 20, top: 20, bottom: 50 },
      xAxis: { type: 'value', min: 0, max: 1, name: 'said confidence', nameLocation: 'middle', nameGap: 28 },
      yAxis: { type: 'value', min: 0, max: 1, name: 'share right', nameLocation: 'middle', nameGap: 40 },
      series: [
        { type: 'line', data: points, symbolSize: 9 },
        {
          type: 'line',
          data: [
            [0, 0],
            [1, 1],
          ],
          showSymbol: false,
          lineStyle: { type: 'dashed', color: '#999999' },
        },
      ],
    },
  });
}

/** Share right among the clips it is surest of, from few to all. */
export function riskCoverageChart(predictions: readonly Prediction[]): Chart {
  const sorted = predictions
    .map(({ predicted, truth, probabilities }) => ({
      confidence: Math.max(...probabilities),
      right: predicted === truth,
    }))
    .sort((a, b) => b.confidence - a.confidence);
  let right = 0;
  const step = Math.max(1, Math.floor(sorted.length / 100));
  const points: [number, number][] = [];
  for (const [index, item] of sorted.entries()) {
    right += item.right ? 1 : 0;
    const count = index + 1;
    if (count >= sorted.length / 20 && (count % step === 0 || count === sorted.length))
      points.push([count / sorted.length, right / count]);
  }
  const half = points.find(([coverage]) => coverage >= 0.5);
  return drawChart({
    name: 'risk-coverage',
    title: 'Right among the surest',
    description: half
      ? `On the surest half of the clips ${(100 * half[1]).toFixed(1)} % are right`
      : 'Too few clips',
    height: 320,
    option: {
      color: [COLOURS[2]],
      grid: { left: 60, right: 20, top: 20, bottom: 50 },
      xAxis: {
        type: 'value',
        min: 0,
        max: 1,
        name: 'share of clips answered, surest first',
        nameLocation: 'middle',
        nameGap: 28,
      },
      yAxis: { type: 'value', min: 0, max: 1, name: 'share right', nameLocation: 'middle', nameGap: 40 },
      series: [{ type: 'line', data: points, showSymbol: false, areaStyle: { opacity: 0.15 } }],
    },
  });
}

/** Values over time and band, e.g. an MFCC matrix; at most `maxColumns` columns are drawn. */
export function heatChart(
  name: string,
  title: string,
  matrix: { readonly data: Float32Array; readonly frames: number; readonly coefficients: number },
  axes: { readonly durationSec: number; readonly vertical: string; readonly from: number },
): Chart {
  const maxColumns = 160;
  const stride = Math.max(1, Math.ceil(matrix.frames / maxColumns));
  const columns = Math.ceil(matrix.frames / stride);
  const cells: [number, number, number][] = [];
  for (let column = 0; column < columns; column++)
    for (let row = axes.from; row < matrix.coefficients; row++)
      cells.push([column, row - axes.from, round(matrix.data[column * stride * matrix.coefficients + row]!)]);
  const values = cells.map((cell) => cell[2]).sort((a, b) => a - b);
  return drawChart({
    name,
    title,
    description: `${matrix.frames} frames of ${matrix.coefficients} values over ${axes.durationSec.toFixed(1)} s`,
    width: 420,
    height: 230,
    option: {
      grid: { left: 52, right: 10, top: 10, bottom: 40 },
      xAxis: {
        type: 'category',
        data: Array.from({ length: columns }, (_, i) => ((i * axes.durationSec) / columns).toFixed(1)),
        name: 's',
        axisTick: { show: false },
      },
      yAxis: {
        type: 'category',
        data: Array.from({ length: matrix.coefficients - axes.from }, (_, i) => `${i + axes.from}`),
        name: axes.vertical,
        nameLocation: 'middle',
        nameGap: 34,
        axisTick: { show: false },
      },
      visualMap: {
        show: false,
        min: values[Math.floor(values.length * 0.02)] ?? 0,
        max: values[Math.floor(values.length * 0.98)] ?? 1,
        inRange: { color: HEAT },
      },
      series: [{ type: 'heatmap', data: cells }],
    },
  });
}

/** A clip's samples as the range they span in each of 400 slices. */
export function waveformChart(
  name: string,
  title: string,
  samples: Float32Array,
  sampleRateHz: number,
): Chart {
  const slices = Math.min(400, Math.max(1, samples.length));
  const low: [number, number][] = [];
  const range: [number, number][] = [];
  for (let slice = 0; slice < slices; slice++) {
    const part = samples.subarray(
      Math.floor((slice * samples.length) / slices),
      Math.max(1, Math.floor(((slice + 1) * samples.length) / slices)),
    );
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const sample of part) {
      min = Math.min(min, sample);
      max = Math.max(max, sample);
    }
    const time = round((slice * samples.length) / slices / sampleRateHz);
    low.push([time, round(Number.isFinite(min) ? min : 0)]);
    range.push([time, round(Number.isFinite(max) ? max - min : 0)]);
  }
  const band = (data: [number, number][], opacity: number) => ({
    type: 'line',
    stack: 'band',
    showSymbol: false,
    lineStyle: { opacity: 0 },
    areaStyle: { opacity, color: COLOURS[0] },
    stackStrategy: 'all',
    data,
  });
  return drawChart({
    name,
    title,
    description: `${(samples.length / sampleRateHz).toFixed(1)} s of sound`,
    width: 420,
    height: 130,
    option: {
      grid: { left: 52, right: 10, top: 8, bottom: 24 },
      xAxis: { type: 'value', min: 0, max: round(samples.length / sampleRateHz) },
      yAxis: { type: 'value', splitNumber: 2 },
      series: [band(low, 0), band(range, 0.9)],
    },
  });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
