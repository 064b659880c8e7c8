import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelCard, ProsodiaError, type Recording } from '@prosodia/contracts';
import { decodeFile } from '@prosodia/features';
import type { Corpus } from '../corpus/corpus.js';
import type { Predictions } from '../evaluate/judge.js';
import type { EpochRecord } from '../fit/history.js';
import { RUN_FILES } from '../run/run-folder.js';
import type { RunResult } from '../run/train-options.js';
import type { ComparisonLine, DemoLine, ExampleClip, ReportInput } from './report-input.js';
import { writeReport } from './write-report.js';

export interface ReportExtras {
  readonly comparison?: readonly ComparisonLine[];
  readonly demo?: readonly DemoLine[];
}

/**
 * Writes the report of a finished run into its folder. Of several pooled folds the first one's curves are shown
 * and the pooled figures.
 *
 * @returns path of report.html
 * @throws ProsodiaError CHECKPOINT when the folder lacks a file of the run
 */
export async function reportRun(
  result: RunResult,
  corpus: Corpus,
  extras: ReportExtras = {},
): Promise<string> {
  const curves = result.foldResults[0]?.folder ?? result.folder;
  const config = await readJson<{
    network: ModelCard['network'];
    limits: string[];
    split: ReportInput;
    recipe: { augmentation: unknown[] };
  }>(curves, 'config');
  const history = await readJson<{ epochs: EpochRecord[]; bestEpoch: number }>(curves, 'history');
  const { rows } = await readJson<Predictions>(result.folder, 'predictions');
  const { html } = await writeReport(result.folder, {
    title: `${result.recipe} on ${corpus.name}`,
    corpusName: corpus.name,
    synthetic: corpus.synthetic,
    licence: corpus.licence,
    corpus: corpus.report,
    recipe: result.recipe,
    augmented: config.recipe.augmentation.length > 0,
    seed: result.seed,
    engine: result.engine,
    secondsPerEpoch: result.secondsPerEpoch,
    bestEpoch: history.bestEpoch,
    rows: config.split.rows,
    judgement: result.judgement,
    predictions: rows,
    history: history.epochs,
    network: config.network,
    limits: config.limits,
    examples: await exampleClips(corpus),
    comparison: extras.comparison ?? [],
    demo: extras.demo ?? [],
  });
  return html;
}

async function readJson<T>(folder: string, name: keyof typeof RUN_FILES): Promise<T> {
  const path = join(folder, RUN_FILES[name]);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (cause) {
    throw new ProsodiaError('CHECKPOINT', `Expected a run's ${RUN_FILES[name]} at ${path}`, { cause });
  }
}

/** One speaker being calm, angry and very angry (the paper's Figs 4 to 6), or whatever comes nearest. */
async function exampleClips(corpus: Corpus): Promise<ExampleClip[]> {
  const wanted = [
    { emotion: 'calm', intensity: 'normal' },
    { emotion: 'angry', intensity: 'normal' },
    { emotion: 'angry', intensity: 'strong' },
  ];
  const speaker = corpus.recordings[0]?.speaker;
  const own = corpus.recordings.filter((recording) => recording.speaker === speaker);
  const chosen = wanted
    .map(({ emotion, intensity }) => own.find((r) => r.emotion === emotion && r.intensity === intensity))
    .filter((recording): recording is Recording => recording !== undefined);
  const shown = chosen.length > 0 ? chosen : own.slice(0, 3);
  const examples: ExampleClip[] = [];
  for (const { path, emotion, intensity } of shown) {
    const { samples, sampleRateHz } = await decodeFile(path);
    const manner = intensity === 'strong' ? `very ${emotion}` : emotion;
    examples.push({ title: `Speaker ${speaker}, ${manner}`, clip: { samples, sampleRateHz } });
  }
  return examples;
}
