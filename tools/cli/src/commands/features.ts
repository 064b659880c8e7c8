import { isProsodiaError } from '@prosodia/contracts';
import { decodeFile, extractFeatures, featurePresets, meanOverFrames } from '@prosodia/features';
import { Command } from 'commander';
import { oneOf, wholeNumber } from '../options.js';
import { errorReport, reportFileError } from '../per-file.js';
import type { Session } from '../session.js';

type Preset = keyof typeof featurePresets;

interface FeaturesOptions {
  readonly preset: Preset;
  readonly kind?: 'mfcc' | 'logmel';
  readonly sampleRateHz?: number;
  readonly nMfcc?: number;
  readonly deltas?: 0 | 1 | 2;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  prosodia features clip.wav
  prosodia features clip.wav --preset librosa --sample-rate-hz 22050 --json | jq '.mean'
  prosodia features *.flac --kind logmel --json > logmel.jsonl`;

/** `prosodia features FILE…`: the feature matrix of each file. */
export function featuresCommand(session: Session): Command {
  return new Command('features')
    .description('Extract MFCCs or log-mel bands; with --json, one line per file')
    .argument('<files...>', 'WAV, FLAC, MP3 or OGG')
    .option(
      '--preset <name>',
      'parameters to start from',
      oneOf(Object.keys(featurePresets) as Preset[]),
      'librosa',
    )
    .option('--kind <kind>', 'mfcc or logmel', oneOf(['mfcc', 'logmel']))
    .option('--sample-rate-hz <hz>', 'resample to this rate first', wholeNumber(1_000, 768_000))
    .option('--n-mfcc <n>', 'coefficients per frame', wholeNumber(1, 512))
    .option('--deltas <orders>', 'append 0, 1 or 2 orders of deltas', (text) => wholeNumber(0, 2)(text))
    .option('--json', 'one JSON line per file: path, sampleRateHz, frames, coefficients, mean, data')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: FeaturesOptions) => {
      const { preset, json = false, ...overrides } = options;
      const config = { ...featurePresets[preset], ...overrides };
      for (const path of files) {
        try {
          const clip = await decodeFile(path, { signal: session.signal });
          const [matrix] = await extractFeatures([clip], config, { signal: session.signal });
          printMatrix(session, path, config.sampleRateHz ?? 22_050, matrix!, json);
        } catch (error) {
          if (isProsodiaError(error) && ['ABORTED', 'INVALID_ARGUMENT'].includes(error.code)) throw error;
          reportFileError(session, path, errorReport(error), json);
        }
      }
    });
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
