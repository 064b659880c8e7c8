import { readFileSync } from 'node:fs';
import { decodeBytes, extractFeatures, extractFunctionals, functionalNames } from '@prosodia/features';
import { signalPath } from './reference.js';
import { speechRange } from './support/speech-range.js';

// The statistics once more from the public log-mel frames, as plainly as can be.
const front = {
  kind: 'logmel',
  sampleRateHz: 16_000,
  nFft: 512,
  winLength: 400,
  hopLength: 160,
  nMels: 64,
  fMinHz: 50,
  fMaxHz: 8_000,
  topDb: null,
} as const;
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const deviation = (x: readonly number[]) => Math.sqrt(mean(x.map((value) => (value - mean(x)) ** 2)));
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);
const gradient = (x: readonly number[]) =>
  x.map((_, i) => {
    const [from, to] = [Math.max(0, i - 1), Math.min(x.length - 1, i + 1)];
    return (x[to]! - x[from]!) / (to - from);
  });
function percentile(x: readonly number[], percent: number): number {
  const sorted = [...x].sort((a, b) => a - b);
  const place = (percent / 100) * (x.length - 1);
  const low = Math.floor(place);
  return sorted[low]! + (sorted[Math.min(low + 1, x.length - 1)]! - sorted[low]!) * (place - low);
}
const moment = (x: readonly number[], order: number) =>
  mean(x.map((value) => ((value - mean(x)) / deviation(x)) ** order));

/** Centres of the 64 bands: even steps on Slaney's mel scale. */
const hzOfMel = (mel: number) =>
  mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15));
const melOfHz = (hz: number) =>
  hz < 1000 ? (hz * 3) / 200 : 15 + Math.log(hz / 1000) / (Math.log(6.4) / 27);
const centres = Array.from({ length: 64 }, (_, band) =>
  hzOfMel(melOfHz(50) + ((melOfHz(8_000) - melOfHz(50)) * (band + 1)) / 65),
);

async function levels(): Promise<number[][]> {
  const clip = await decodeBytes(readFileSync(signalPath('voice16')));
  const [matrix] = await extractFeatures([clip], front);
  const rows = Array.from({ length: matrix!.frames }, (_, f) =>
    [...matrix!.data.subarray(64 * f, 64 * f + 64)].map((db) => (db * Math.LN10) / 10),
  );
  const powers = rows.map((row) => sum(row.map(Math.exp)));
  const { first, end } = speechRange(powers, 35);
  return rows.slice(first, end);
}

function cepstrum(rows: readonly number[][], c: number): number[] {
  const scale = Math.sqrt((c === 0 ? 1 : 2) / 64);
  return rows.map(
    (row) => scale * sum(row.map((level, band) => level * Math.cos((Math.PI * c * (band + 0.5)) / 64))),
  );
}

/** Least squares over the bands of a region, per 100 Hz. */
function slope(row: readonly number[], from: number, to: number): number {
  const inside = centres.flatMap((hz, band) => (hz >= from && hz < to ? [{ hz, level: row[band]! }] : []));
  const middle = mean(inside.map(({ hz }) => hz));
  const level = mean(inside.map((one) => one.level));
  return (
    (100 * sum(inside.map((one) => (one.hz - middle) * (one.level - level)))) /
    sum(inside.map(({ hz }) => (hz - middle) ** 2))
  );
}

/** In ln, with 1e-8 added so that silence has one, too. */
const energy = (row: readonly number[], from: number, to: number) =>
  Math.log(
    1e-8 +
      sum(row.map((level, band) => (centres[band]! >= from && centres[band]! <= to ? Math.exp(level) : 0))),
  );

test('statistics are those of the frames', async () => {
  const rows = await levels();
  const clip = await decodeBytes(readFileSync(signalPath('voice16')));
  const [vector] = await extractFunctionals([clip]);
  const names = functionalNames();
  const expected: Record<string, number> = { 'clip.durationSec': rows.length / 100 };
  for (const c of [0, 1, 7, 24]) {
    const contour = cepstrum(rows, c);
    expected[`cepstrum${c}.mean`] = mean(contour);
    expected[`cepstrum${c}.deviation`] = deviation(contour);
    for (const p of [5, 25, 50, 75, 95]) expected[`cepstrum${c}.p${p}`] = percentile(contour, p);
    expected[`cepstrum-delta${c}.deviation`] = deviation(gradient(contour));
    expected[`cepstrum-delta${c}.meanMagnitude`] = mean(gradient(contour).map(Math.abs));
    expected[`cepstrum-delta-delta${c}.deviation`] = deviation(gradient(gradient(contour)));
  }
  const contours: Record<string, number[]> = {
    loudness: rows.map((row) => sum(row.map((level) => Math.exp(0.3 * level)))),
    'energy-250-650': rows.map((row) => energy(row, 250, 650)),
    'energy-1000-4000': rows.map((row) => energy(row, 1_000, 4_000)),
    'slope-0-500': rows.map((row) => slope(row, 0, 500)),
    'slope-500-1500': rows.map((row) => slope(row, 500, 1_500)),
    'cepstrum-delta3': gradient(cepstrum(rows, 3)),
  };
  for (const [name, contour] of Object.entries(contours)) {
    expected[`${name}.mean`] = mean(contour);
    expected[`${name}.skewness`] = moment(contour, 3);
    expected[`${name}.kurtosis`] = moment(contour, 4);
    expected[`${name}.p99`] = percentile(contour, 99);
    expected[`${name}.quartileRange`] = percentile(contour, 75) - percentile(contour, 25);
    const time = contour.map((_, i) => i / (contour.length - 1) - 0.5);
    expected[`${name}.trend`] = mean(contour.map((value, i) => time[i]! * (value - mean(contour))));
  }
  const change = rows
    .slice(1)
    .map((row, f) => mean(row.map((level, band) => Math.abs(level - rows[f]![band]!))));
  expected['flux.mean'] = mean(change);
  expected['flux.p90'] = percentile(change, 90);
  expected['peak-level.p50'] = percentile(
    rows.map((row) => Math.max(...row)),
    50,
  );
  // Single precision against double.
  const off = Object.entries(expected).filter(
    ([name, value]) =>
      !(Math.abs(vector![names.indexOf(name)]! - value) <= 1e-3 * Math.max(1, Math.abs(value))),
  );
  expect(off).toEqual([]);
});
