import { type BatchItem, isProsodiaError, type Progress, type Recognition } from '@prosodia/contracts';
import { Recognizer, readProfile } from '@prosodia/runtime';
import { Command } from 'commander';
import { MODEL_OPTION, realNumber } from '../options.js';
import { reportFileError } from '../per-file.js';
import type { Session } from '../session.js';

const EXAMPLES = `
Examples:
  prosodia recognize call.wav
  prosodia recognize call.wav --model run/model.onnx --profile me.json
  prosodia recognize *.flac --json | jq -r '[.path,.label,.confidence] | @tsv'`;

interface RecognizeOptions {
  readonly model: string;
  readonly profile?: string;
  readonly minConfidence: number;
  readonly detectSpeech?: boolean;
  readonly json?: boolean;
}

/** `prosodia recognize FILE…`: the emotion heard in each file. */
export function recognizeCommand(session: Session): Command {
  return new Command('recognize')
    .argument('<files...>', 'WAV, FLAC, MP3 or OGG')
    .option(...MODEL_OPTION)
    .option('--profile <file>', 'a person known by `prosodia personalise`')
    .option('--min-confidence <p>', 'answers less sure are "unsure"', realNumber(0, 1), 0)
    .option('--detect-speech', 'clips in which nobody speaks are "no speech"')
    .option('--json', 'one JSON line per file: path, label, confidence, probabilities; or path, error')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: RecognizeOptions) => {
      const recognizer = await Recognizer.load(options.model, {
        minConfidence: options.minConfidence,
        detectSpeech: options.detectSpeech ?? false,
      });
      const bar = session.progress('recognise');
      try {
        const call = {
          signal: session.signal,
          onProgress: (progress: Progress) => bar.update(progress),
        };
        const answers = options.profile
          ? await recognizePerson(recognizer, options.profile, files, call)
          : await recognizer.recognizeBatch(files, call);
        bar.stop();
        for (const [index, answer] of answers.entries()) {
          const path = files[index]!;
          if (answer.ok) printRecognition(session, path, answer.value, options.json ?? false);
          else reportFileError(session, path, answer.error, options.json ?? false);
        }
      } finally {
        bar.stop();
        await recognizer.close();
      }
    });
}

/** One clip after the other, since each makes the person better known. */
async function recognizePerson(
  recognizer: Recognizer,
  profile: string,
  files: readonly string[],
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<BatchItem<Recognition>[]> {
  const voice = recognizer.speaker(await readProfile(profile));
  const answers: BatchItem<Recognition>[] = [];
  for (const file of files) {
    try {
      answers.push({ ok: true, value: await voice.recognize(file, { signal }) });
    } catch (error) {
      if (!isProsodiaError(error) || error.code === 'ABORTED') throw error;
      answers.push({ ok: false, error: { code: error.code, message: error.message } });
    }
    onProgress({ done: answers.length, total: files.length });
  }
  return answers;
}

function printRecognition(session: Session, path: string, answer: Recognition, json: boolean): void {
  const { label, confidence, probabilities } = answer;
  if (json) session.json({ path, label, confidence, probabilities });
  else session.print(`${label.padEnd(10)} ${(100 * confidence).toFixed(1).padStart(5)} %  ${path}`);
}
