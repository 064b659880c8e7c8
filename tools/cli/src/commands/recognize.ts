import type { Recognition } from '@prosodia/contracts';
import { Recognizer } from '@prosodia/runtime';
import { Command } from 'commander';
import { reportFileError } from '../per-file.js';
import type { Session } from '../session.js';

const EXAMPLES = `
Examples:
  prosodia recognize call.wav --model run/model.onnx
  prosodia recognize *.flac --model run/model.onnx --json | jq -r '[.path,.label,.confidence] | @tsv'`;

/** `prosodia recognize FILE…`: the emotion heard in each file. */
export function recognizeCommand(session: Session): Command {
  return new Command('recognize')
    .description('Say which emotion is heard in each file; with --json, one line per file')
    .argument('<files...>', 'WAV, FLAC, MP3 or OGG')
    .requiredOption('--model <file>', 'a model.onnx that `prosodia train` or `export` wrote')
    .option('--json', 'one JSON line per file: path, label, confidence, probabilities; or path, error')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: { model: string; json?: boolean }) => {
      const recognizer = await Recognizer.load(options.model);
      const bar = session.progress('recognise');
      try {
        const answers = await recognizer.recognizeBatch(files, {
          signal: session.signal,
          onProgress: (progress) => bar.update(progress),
        });
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

function printRecognition(session: Session, path: string, answer: Recognition, json: boolean): void {
  const { label, confidence, probabilities } = answer;
  if (json) session.json({ path, label, confidence, probabilities });
  else session.print(`${label.padEnd(10)} ${(100 * confidence).toFixed(1).padStart(5)} %  ${path}`);
}
