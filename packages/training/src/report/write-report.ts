import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { extractFeatures } from '@prosodia/features';
import writeFileAtomic from 'write-file-atomic';
import type { Chart } from './chart.js';
import { networkDiagram, pipelineDiagram, systemDiagram } from './diagrams.js';
import { type PageCharts, reportPage } from './page.js';
import type { ExampleClip, ReportInput } from './report-input.js';
import {
  confusionChart,
  distributionChart,
  heatChart,
  historyChart,
  reliabilityChart,
  riskCoverageChart,
  waveformChart,
} from './run-charts.js';

/**
 * Writes `report.html`, which holds every picture, and each picture as `charts/NAME.svg`.
 *
 * @returns the page and the pictures, as paths
 */
export async function writeReport(
  runDir: string,
  input: ReportInput,
): Promise<{ readonly html: string; readonly files: readonly string[] }> {
  const charts = await drawAll(input);
  const folder = join(runDir, 'charts');
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const chart of listed(charts)) {
    const path = join(folder, `${chart.name}.svg`);
    await writeFileAtomic(path, chart.svg);
    files.push(path);
  }
  const html = join(runDir, 'report.html');
  await writeFileAtomic(html, reportPage(input, charts));
  return { html, files };
}

async function drawAll(input: ReportInput): Promise<PageCharts> {
  const { corpus, history, bestEpoch, judgement, predictions } = input;
  const examples: Chart[][] = [];
  for (const [index, example] of input.examples.entries()) examples.push(await exampleCharts(example, index));
  return {
    distributions: [
      distributionChart('emotions', 'Recordings of each emotion', corpus.distributions.emotion),
      distributionChart('intensities', 'Recordings of each intensity', corpus.distributions.intensity),
    ],
    examples,
    pipeline: pipelineDiagram({
      recordings: corpus.recordings,
      labels: judgement.labels.length,
      rows: input.rows,
      rowShape: input.network.layers[0]?.outputShape.replace(/^\(None, (\d+), .*$/, '($1, 1)') ?? '',
      protocol: judgement.evaluation.protocol.split(',')[0]!,
      augmented: input.augmented,
    }),
    system: systemDiagram(),
    network: networkDiagram(input.network),
    history: [
      historyChart('loss', 'Loss', history, bestEpoch),
      historyChart('accuracy', 'Accuracy', history, bestEpoch),
      historyChart('macroF1', 'Macro-averaged F1', history, bestEpoch),
    ],
    confusion: confusionChart(judgement.labels, judgement.confusion),
    calibration: [reliabilityChart(predictions), riskCoverageChart(predictions)],
  };
}

/** Waveform, log-mel and MFCC of one clip. The first coefficient, its level, would hide the others: it is left out. */
async function exampleCharts({ title, clip }: ExampleClip, index: number): Promise<Chart[]> {
  const name = `example-${index + 1}`;
  const durationSec = clip.samples.length / clip.sampleRateHz;
  const [mel] = await extractFeatures([clip], { kind: 'logmel', nMels: 40, sampleRateHz: 22_050 });
  const [mfcc] = await extractFeatures([clip], { kind: 'mfcc', sampleRateHz: 22_050 });
  return [
    waveformChart(`${name}-waveform`, `${title}: waveform`, clip.samples, clip.sampleRateHz),
    heatChart(`${name}-logmel`, `${title}: log-mel, 40 bands`, mel!, {
      durationSec,
      vertical: 'mel band',
      from: 0,
    }),
    heatChart(`${name}-mfcc`, `${title}: MFCC 1 to 12`, mfcc!, {
      durationSec,
      vertical: 'coefficient',
      from: 1,
    }),
  ];
}

function listed(charts: PageCharts): Chart[] {
  const { distributions, examples, pipeline, system, network, history, confusion, calibration } = charts;
  return [
    ...distributions,
    ...examples.flat(),
    pipeline,
    system,
    network,
    ...history,
    confusion,
    ...calibration,
  ];
}
