import { type AudioClip, isProsodiaError } from '@prosodia/contracts';
import {
  decodeFile,
  extractFeatures,
  extractFunctionals,
  extractProsody,
  FUNCTIONALS_VERSION,
  featurePresets,
  functionalNames,
  meanOverFrames,
} from '@prosodia/features';
import { Command } from 'commander';
import { oneOf, wholeNumber } from '../options.js';
import { errorReport, reportFileError } from '../per-file.js';
import type { Session } from '../session.js';

type Preset = keyof typeof featurePresets;

interface FeaturesOptions {
  readonly preset: Preset;
  readonly kind?: 'mfcc' | 'logmel' | 'prosody' | 'functionals';
  readonly sampleRateHz?: number;
  readonly nMfcc?: number;
  readonly deltas?: 0 | 1 | 2;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  prosodia features clip.wav
  prosodia features clip.wav --preset librosa --sample-rate-hz 22050 --json | jq '.mean'
  prosodia features clip.wav --preset kaldi --n-mfcc 20 --json
  prosodia features *.flac --kind logmel --json > logmel.jsonl
  prosodia features clip.wav --kind prosody --json | jq '.f0Hz'
  prosodia features clip.wav --kind functionals`;

/** `prosodia features FILE…`: the feature matrix, the prosody or the statistics of each file. */
export function featuresCommand(session: Session): Command {
  return new Command('features')
    .argument('<files...>', 'WAV, FLAC, MP3 or OGG')
    .option(
      '--preset <name>',
      'parameters to start from',
      oneOf(Object.keys(featurePresets) as Preset[]),
      'librosa',
    )
    .option(
      '--kind <kind>',
      'mfcc, logmel, prosody (pitch, energy, spectral shape by frame) or functionals (statistics of the clip)',
      oneOf(['mfcc', 'logmel', 'prosody', 'functionals']),
    )
    .option('--sample-rate-hz <hz>', 'resample to this rate first', wholeNumber(1_000, 768_000))
    .option('--n-mfcc <n>', 'coefficients per frame', wholeNumber(1, 512))
    .option('--deltas <orders>', 'append 0, 1 or 2 orders of deltas', (text) => wholeNumber(0, 2)(text))
    .option('--json', 'one JSON line per file: its path and everything that was extracted')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: FeaturesOptions) => {
      for (const path of files) {
        try {
          const clip = await decodeFile(path, { signal: session.signal });
          await printFeatures(session, path, clip, options);
        } catch (error) {
          if (isProsodiaError(error) && ['ABORTED', 'INVALID_ARGUMENT'].includes(error.code)) throw error;
          reportFileError(session, path, errorReport(error), options.json ?? false);
        }
      }
    });
}

async function printFeatures(
  session: Session,
  path: string,
  clip: AudioClip,
  { preset, json = false, kind, ...overrides }: FeaturesOptions,
): Promise<void> {
  if (kind === 'functionals') return printFunctionals(session, path, clip, json);
  if (kind === 'prosody') return printProsody(session, path, clip, overrides.sampleRateHz, json);
  const config = { ...featurePresets[preset], ...overrides, ...(kind && { kind }) };
  const [matrix] = await extractFeatures([clip], config, { signal: session.signal });
  printMatrix(session, path, config.sampleRateHz ?? 22_050, matrix!, json);
}

async function printFunctionals(
  session: Session,
  path: string,
  clip: AudioClip,
  json: boolean,
): Promise<void> {
  const [vector] = await extractFunctionals([clip], {}, { signal: session.signal });
  const values = functionalNames().map((name, i) => [name, vector![i]!] as const);
  if (json) session.json({ path, version: FUNCTIONALS_VERSION, values: Object.fromEntries(values) });
  else
    session.print([path, ...values.map(([name, value]) => `  ${name} ${value.toPrecision(5)}`)].join('\n'));
}

async function printProsody(
  session: Session,
  path: string,
  clip: AudioClip,
  sampleRateHz: number | undefined,
  json: boolean,
): Promise<void> {
  const [prosody] = await extractProsody([clip], { sampleRateHz }, { signal: session.signal });
  const contours = Object.entries(prosody!).map(([name, value]) => [
    name,
    value instanceof Float32Array ? Array.from(value) : value,
  ]);
  if (json) return session.json({ path, ...Object.fromEntries(contours) });
  const { f0Hz, frames, rms } = prosody!;
  const voiced = f0Hz.filter((hz) => hz > 0).sort();
  const middle = voiced[voiced.length >> 1];
  session.print(
    `${path}  ${frames} frames at ${prosody!.sampleRateHz} Hz, ${voiced.length} voiced` +
      `\n  median F0 ${middle ? `${middle.toFixed(1)} Hz` : 'none'}, largest RMS ${Math.max(...rms).toFixed(4)}`,
  );
}

function printMatrix(
  session: Session,
  path: string,
  sampleRateHz: number,
  matrix: { data: Float32Array; frames: number; coefficients: number },
  json: boolean,
): void {
  const { frames, coefficients } = matrix;
  const mean = Array.from(meanOverFrames(matrix));
  if (json) session.json({ path, sampleRateHz, frames, coefficients, mean, data: Array.from(matrix.data) });
  else
    session.print(
      `${path}  ${frames} frames × ${coefficients} at ${sampleRateHz} Hz\n  mean ${mean.map((v) => v.toFixed(2)).join(' ')}`,
    );
}
