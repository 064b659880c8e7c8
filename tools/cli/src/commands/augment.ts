import { type AudioClip, ProsodiaError } from '@prosodia/contracts';
import { augment, type Change, decodeFile, encodeWav } from '@prosodia/features';
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { oneOf, realNumber, wholeNumber } from '../options.js';
import type { Session } from '../session.js';

const KINDS = ['noise', 'pink', 'recording', 'pitch', 'stretch', 'gain', 'reverb', 'telephone'] as const;

interface AugmentOptions {
  readonly kind: (typeof KINDS)[number];
  readonly out: string;
  readonly rate?: number;
  readonly semitones?: number;
  readonly formants: 'keep' | 'move';
  readonly snrDb?: number;
  readonly gainDb?: number;
  readonly sound?: string;
  readonly muLaw?: boolean;
  readonly seed: number;
  readonly format: 'pcm16' | 'float32';
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  prosodia augment clip.wav --kind stretch --rate 0.8 --out slow.wav
  prosodia augment clip.wav --kind pitch --semitones 2 --out higher.wav
  prosodia augment clip.wav --kind noise --snr-db 15 --seed 1 --out noisy.wav
  prosodia augment clip.wav --kind recording --sound street.wav --snr-db 10 --out street-clip.wav
  prosodia augment clip.wav --kind reverb --sound hall-response.wav --out hall.wav
  prosodia augment clip.wav --kind telephone --mu-law --out call.wav`;

/** `prosodia augment FILE`: one changed copy of a clip. */
export function augmentCommand(session: Session): Command {
  return new Command('augment')
    .argument('<file>', 'WAV, FLAC, MP3 or OGG')
    .requiredOption('--kind <kind>', KINDS.join(', '), oneOf([...KINDS]))
    .requiredOption('--out <file>', 'where to write the WAV')
    .option('--rate <rate>', 'speed for stretch: 0.8 is slower, 1.25 faster', realNumber(0.25, 4))
    .option('--semitones <n>', 'shift for pitch, up when positive', realNumber(-24, 24))
    .option('--formants <what>', 'pitch: keep the formants or move them too', oneOf(['keep', 'move']), 'keep')
    .option('--snr-db <dB>', 'signal-to-noise ratio for noise, pink and recording', realNumber(-60, 120))
    .option('--gain-db <dB>', 'for gain: louder when positive', realNumber(-120, 60))
    .option('--sound <file>', 'noise for recording, impulse response for reverb')
    .option('--mu-law', 'telephone: also through 8 kHz and eight bits')
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0, 0xffff_ffff), 0)
    .option('--format <format>', 'float32 (never clips) or pcm16', oneOf(['pcm16', 'float32']), 'float32')
    .option('--json', 'say what was written as one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: AugmentOptions) => {
      const change = await changeOf(options, session.signal);
      const { samples, sampleRateHz } = await decodeFile(path, { signal: session.signal });
      const [changed] = await augment([{ samples, sampleRateHz }], [change], { signal: session.signal });
      await writeFileAtomic(options.out, Buffer.from(encodeWav(changed!, options.format)));
      const durationSec = changed!.samples.length / sampleRateHz;
      const said = { ...change, ...('sound' in change && { sound: options.sound }) };
      if (options.json) session.json({ path, out: options.out, ...said, sampleRateHz, durationSec });
      else session.print(`${options.out}  ${durationSec.toFixed(2)} s at ${sampleRateHz} Hz`);
    });
}

async function changeOf(options: AugmentOptions, signal: AbortSignal): Promise<Change> {
  const { kind, seed, formants, muLaw = false } = options;
  switch (kind) {
    case 'noise':
      return { kind, seed, snrDb: required(options.snrDb, '--snr-db', kind) };
    case 'pink':
      return { kind: 'noise', color: 'pink', seed, snrDb: required(options.snrDb, '--snr-db', kind) };
    case 'recording':
      return {
        ...{ kind, seed, snrDb: required(options.snrDb, '--snr-db', kind) },
        sound: await soundOf(options, signal),
      };
    case 'pitch':
      return { kind, seed, formants, semitones: required(options.semitones, '--semitones', kind) };
    case 'stretch':
      return { kind, seed, rate: required(options.rate, '--rate', kind) };
    case 'gain':
      return { kind, seed, gainDb: required(options.gainDb, '--gain-db', kind) };
    case 'reverb':
      return { kind, seed, sound: await soundOf(options, signal) };
    case 'telephone':
      return { kind, seed, muLaw };
  }
}

async function soundOf({ kind, sound }: AugmentOptions, signal: AbortSignal): Promise<AudioClip> {
  const { samples, sampleRateHz } = await decodeFile(required(sound, '--sound', kind), { signal });
  return { samples, sampleRateHz };
}

function required<T>(value: T | undefined, flag: string, kind: string): T {
  if (value !== undefined) return value;
  throw new ProsodiaError('INVALID_ARGUMENT', `Expected ${flag} for --kind ${kind} but it is not given`);
}
