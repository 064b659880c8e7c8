import { writeFile } from 'node:fs/promises';
import type { AudioClip, AugmentationOptions, FeatureMatrix } from '@prosodia/contracts';
import { augment, extractFeatures } from '@prosodia/features';
import { describeFigures, type Score } from './augment-quality.js';
import { describeMachine, ownVersion } from './machine.js';
import { greyPng } from './png.js';

const COLUMN_SEC = 0.0075;
const BANDS = 96;
const SHOWN_DB = 60;

/** One change of the report, with the figures of every clip. */
export interface ReportedChange {
  readonly title: string;
  readonly change: AugmentationOptions;
  readonly score: Score;
}

/**
 * Writes spectrograms of every clip, the original and its changed copies side by side, as one HTML file. The time axis of
 * a stretched clip is that of the original: columns lie apart by as much more or less.
 *
 * @param names  what each clip is called
 */
export async function writeReport(
  path: string,
  clips: readonly AudioClip[],
  names: readonly string[],
  changes: readonly ReportedChange[],
): Promise<void> {
  const matrices = await spectra(clips, 1);
  const spans = matrices.map(speechSpan);
  const originals = matrices.map((matrix, index) => picture(matrix, spans[index]!));
  const cells = clips.map((_, index) => [cell(originals[index]!, names[index]!, 'original')]);
  for (const { title, change, score } of changes) {
    const rate = change.kind === 'stretch' ? change.rate : 1;
    const spectraOfChanged = await spectra(await augment(clips, change), rate);
    const changed = spectraOfChanged.map((matrix, index) => picture(matrix, spans[index]!));
    for (const [index, row] of cells.entries()) {
      const figures = score.clips[String(index).padStart(3, '0')] ?? {};
      row.push(cell(changed[index]!, title, describeFigures(figures)));
    }
  }
  await writeFile(path, page(cells, changes));
}

function spectra(clips: readonly AudioClip[], rate: number): Promise<FeatureMatrix[]> {
  const sampleRateHz = clips[0]!.sampleRateHz;
  const winLength = 2 * Math.round(0.01 * sampleRateHz);
  return extractFeatures(clips, {
    kind: 'logmel',
    sampleRateHz,
    nFft: 2 ** Math.ceil(Math.log2(winLength) + 1),
    winLength,
    hopLength: Math.round((COLUMN_SEC * sampleRateHz) / rate),
    nMels: BANDS,
    fMaxHz: Math.min(8_000, sampleRateHz / 2),
  });
}

const loudest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), -1e9);

/** Columns from the first loud one to the last, and some before and after. */
function speechSpan({ data, frames, coefficients }: FeatureMatrix): readonly [number, number] {
  const floor = loudest(data) - 40;
  const loud = Array.from({ length: frames }, (_, frame) =>
    data.subarray(frame * coefficients, (frame + 1) * coefficients).some((value) => value > floor),
  );
  return [Math.max(0, loud.indexOf(true) - 20), Math.min(frames, loud.lastIndexOf(true) + 20)];
}

function picture({ data, frames }: FeatureMatrix, [first, end]: readonly [number, number]): Buffer {
  const white = loudest(data) - SHOWN_DB;
  const width = Math.min(end, frames) - first;
  const pixels = new Uint8Array(width * BANDS);
  for (let x = 0; x < width; x++) {
    for (let band = 0; band < BANDS; band++) {
      const level = Math.max(0, data[(first + x) * BANDS + band]! - white) / SHOWN_DB;
      pixels[(BANDS - 1 - band) * width + x] = Math.round(255 * (1 - level));
    }
  }
  return greyPng(pixels, width, BANDS);
}

function cell(picture: Buffer, title: string, words: string): string {
  const source = `data:image/png;base64,${picture.toString('base64')}`;
  return `<td><img alt="spectrogram: ${title}" src="${source}"><div><b>${title}</b> ${words}</div></td>`;
}

function page(rows: readonly (readonly string[])[], changes: readonly ReportedChange[]): string {
  const { processor, isa } = describeMachine();
  const means = changes.map(({ title, score }) => `<li>${title}: ${describeFigures(score.mean)}</li>`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Stretched and shifted speech</title>
<style>body{font:14px system-ui;margin:1em}td{padding:4px;vertical-align:top}img{width:360px;height:144px;display:block}</style>
<h1>Stretched and shifted speech</h1>
<p>Prosodia ${ownVersion()} (${isa}, ${processor}). Mel spectrograms up to 8 kHz, ${SHOWN_DB} dB from black to white,
20 ms windows; a stretched clip is drawn on the original's time axis. Figures are those of tools/bench/quality/metrics.py.</p>
<ul>${means.join('')}</ul>
<table>${rows.map((row) => `<tr>${row.join('')}</tr>`).join('\n')}</table></html>
`;
}
