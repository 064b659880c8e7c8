import { type AugmentationOptions, ProsodiaError } from '@prosodia/contracts';
import { augment, decodeFile, encodeWav } from '@prosodia/features';
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { oneOf, realNumber, wholeNumber } from '../options.js';
import type { Session } from '../session.js';

interface AugmentOptions {
  readonly kind: 'noise' | 'pitch' | 'stretch';
  readonly out: string;
  readonly rate?: number;
  readonly semitones?: number;
  readonly formants: 'keep' | 'move';
  readonly snrDb?: number;
  readonly seed: number;
  readonly format: 'pcm16' | 'float32';
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  prosodia augment clip.wav --kind stretch --rate 0.8 --out slow.wav
  prosodia augment clip.wav --kind pitch --semitones 2 --out higher.wav
  prosodia augment clip.wav --kind noise --snr-db 15 --seed 1 --out noisy.wav`;

/** `prosodia augment FILE`: one changed copy of a clip. */
export function augmentCommand(session: Session): Command {
  return new Command('augment')
    .description('Add noise, shift the pitch or stretch the time of a clip')
    .argument('<file>', 'WAV, FLAC, MP3 or OGG')
    .requiredOption('--kind <kind>', 'noise, pitch or stretch', oneOf(['noise', 'pitch', 'stretch']))
    .requiredOption('--out <file>', 'where to write the WAV')
    .option('--rate <rate>', 'speed for stretch: 0.8 is slower, 1.25 faster', realNumber(0.25, 4))
    .option('--semitones <n>', 'shift for pitch, up when positive', realNumber(-24, 24))
    .option('--formants <what>', 'pitch: keep the formants or move them too', oneOf(['keep', 'move']), 'keep')
    .option('--snr-db <dB>', 'signal-to-noise ratio for noise', realNumber(-60, 120))
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0, 0xffff_ffff), 0)
    .option('--format <format>', 'float32 (never clips) or pcm16', oneOf(['pcm16', 'float32']), 'float32')
    .option('--json', 'say what was written as one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: AugmentOptions) => {
      const change = augmentationOf(options);
      const { samples, sampleRateHz } = await decodeFile(path, { signal: session.signal });
      const [changed] = await augment([{ samples, sampleRateHz }], [change], { signal: session.signal });
      await writeFileAtomic(options.out, Buffer.from(encodeWav(changed!, options.format)));
      const durationSec = changed!.samples.length / sampleRateHz;
      if (options.json) session.json({ path, out: options.out, ...change, sampleRateHz, durationSec });
      else session.print(`${options.out}  ${durationSec.toFixed(2)} s at ${sampleRateHz} Hz`);
    });
}

function augmentationOf(options: AugmentOptions): AugmentationOptions {
  const { kind, seed, formants } = options;
  if (kind === 'noise') return { kind, seed, snrDb: required(options.snrDb, '--snr-db', kind) };
  if (kind === 'pitch')
    return { kind, seed, formants, semitones: required(options.semitones, '--semitones', kind) };
  return { kind, seed, rate: required(options.rate, '--rate', kind) };
}

function required(value: number | undefined, flag: string, kind: string): number {
  if (value !== undefined) return value;
  throw new ProsodiaError('INVALID_ARGUMENT', `Expected ${flag} for --kind ${kind} but it is not given`);
}
