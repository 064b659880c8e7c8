import { colourOf } from './formats.js';
import uPlot from './uPlot.esm.js';

const ink = () => (matchMedia('(prefers-color-scheme: dark)').matches ? '#e6e6e6' : '#1c1c1c');

function axes() {
  const stroke = ink();
  const grid = { stroke: `${stroke}22` };
  return [
    { stroke, grid, ticks: grid, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
    { stroke, grid, ticks: grid, size: 44 },
  ];
}

function fitted(place, height, options, data) {
  const width = () => Math.max(200, place.clientWidth);
  const chart = new uPlot(
    {
      width: width(),
      height,
      legend: { show: false },
      cursor: { drag: { x: false } },
      axes: axes(),
      ...options,
    },
    data,
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: width(), height })).observe(place);
  return chart;
}

const SECONDS = 10;

/** The last ten seconds of the microphone: largest deflection of each tenth, both ways. */
export function levelChart(place) {
  const times = [];
  const peaks = [];
  const chart = fitted(
    place,
    110,
    {
      scales: {
        x: {
          time: false,
          range: (_, _min, max) => [Math.max(0, (max ?? 0) - SECONDS), Math.max(SECONDS, max ?? 0)],
        },
        y: { range: [-1, 1] },
      },
      series: [{}, { stroke: '#0072b2', fill: '#0072b255' }, { stroke: '#0072b2', fill: '#0072b255' }],
    },
    [[], [], []],
  );
  return (timeSec, peak) => {
    times.push(timeSec);
    peaks.push(peak);
    while (times.length > SECONDS * 10 + 5) {
      times.shift();
      peaks.shift();
    }
    chart.setData([times, peaks, peaks.map((value) => -value)]);
  };
}

/** Each emotion's probability over the last minute. */
export function courseChart(place, labels) {
  const columns = [[], ...labels.map(() => [])];
  const chart = fitted(
    place,
    220,
    {
      scales: {
        x: {
          time: false,
          range: (_, _min, max) => [Math.max(0, (max ?? 0) - 60), Math.max(SECONDS, max ?? 0)],
        },
        y: { range: [0, 1] },
      },
      series: [
        {},
        ...labels.map((label) => ({ label, stroke: colourOf(label, labels), width: 2, spanGaps: false })),
      ],
    },
    columns,
  );
  return (timeSec, probabilities) => {
    columns[0].push(timeSec);
    labels.forEach((label, i) => {
      columns[i + 1].push(probabilities?.[label] ?? null);
    });
    if (columns[0].length > 600) for (const column of columns) column.shift();
    chart.setData(columns);
  };
}

const COLUMNS = 1500;

/** A recording's waveform, its segments coloured behind it, and a line where it plays. */
export function waveChart(place, { samples, durationSec, segments, labels, playedSec }) {
  place.replaceChildren();
  const times = [];
  const above = [];
  for (let column = 0; column < COLUMNS; column++) {
    const from = Math.floor((column * samples.length) / COLUMNS);
    const to = Math.floor(((column + 1) * samples.length) / COLUMNS);
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(samples[i]));
    times.push(((column + 0.5) / COLUMNS) * durationSec);
    above.push(peak);
  }
  const draw = (chart) => {
    const { ctx, bbox } = chart;
    ctx.save();
    for (const { startSec, endSec, label } of segments) {
      const left = chart.valToPos(startSec, 'x', true);
      ctx.fillStyle = `${colourOf(label, labels)}88`;
      ctx.fillRect(left, bbox.top, chart.valToPos(endSec, 'x', true) - left, bbox.height);
    }
    ctx.restore();
  };
  const cursor = (chart) => {
    const { ctx, bbox } = chart;
    const at = chart.valToPos(playedSec(), 'x', true);
    ctx.fillStyle = '#b3261e';
    ctx.fillRect(at - 1, bbox.top, 3, bbox.height);
  };
  return fitted(
    place,
    180,
    {
      scales: { x: { time: false, range: [0, durationSec] }, y: { range: [-1, 1] } },
      series: [{}, { stroke: ink(), fill: `${ink()}44` }, { stroke: ink(), fill: `${ink()}44` }],
      hooks: { drawClear: [draw], draw: [cursor] },
    },
    [times, above, above.map((value) => -value)],
  );
}
