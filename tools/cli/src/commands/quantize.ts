import { readFile } from 'node:fs/promises';
import { type ModelCard, ProsodiaError, type Recording } from '@prosodia/contracts';
import { readModelFile } from '@prosodia/runtime';
import type { WeightFormat } from '@prosodia/training';
import { Command, Option } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { corpusFolder } from '../options.js';
import { type JudgedModel, judgeModels } from '../quantize/judge-models.js';
import type { Session } from '../session.js';
import { textTable } from '../table.js';

/** Points of unweighted average recall that the smaller file may cost. */
const MOST_LOST = 0.005;

const EXAMPLES = `
The weights are rounded and widened again when the file is opened: it is smaller and no faster. Both files answer the
recordings of speakers that the model was not trained on (of all speakers where it was trained on all, which is said);
nothing is written when the smaller file loses more than half a point of unweighted average recall.

Examples:
  prosodia quantize runs/final/model.onnx --to int8 --out small.onnx --corpus ravdess/
  prosodia quantize model.onnx --to fp16 --out small.onnx --json`;

interface QuantizeOptions {
  readonly to: WeightFormat;
  readonly out: string;
  readonly corpus?: string;
  readonly json?: boolean;
}

/** `prosodia quantize MODEL`: a smaller file of the same model, where that costs nothing. */
export function quantizeCommand(session: Session): Command {
  return new Command('quantize')
    .argument('<model>', 'a model.onnx that `prosodia train` or `export` wrote')
    .addOption(
      new Option('--to <format>', 'how weights are stored').choices(['fp16', 'int8']).default('int8'),
    )
    .requiredOption('--out <file>', 'where to write the smaller file')
    .option('--corpus <path>', 'recordings to judge both on; RAVDESS_DIR unless given')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, options: QuantizeOptions) => {
      const { loadCorpus, quantizeModel } = await import('@prosodia/training');
      const file = await readFile(model);
      const card = await readModelFile(file, model);
      const small = quantizeModel(file, card, options.to);
      const corpus = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
      const known = corpus.recordings.filter(({ emotion }) => card.labels.includes(emotion));
      const unheard = unheardBy(card, known);
      const recordings = unheard.length > 0 ? unheard : known;
      if (recordings.length === 0)
        throw new ProsodiaError(
          'CORPUS',
          `Expected recordings of ${card.labels.join(', ')} to judge ${model} by`,
        );
      const bar = session.progress('recordings');
      const judged = await judgeModels([file, small.file], recordings, {
        signal: session.signal,
        onProgress: (progress) => bar.update(progress),
      });
      bar.stop();
      const [before, after] = judged.models as [JudgedModel, JudgedModel];
      const speakerIndependent = unheard.length > 0;
      session.print(
        tableOf([
          ['as it was', before],
          [options.to, after],
        ]),
      );
      session.print(
        `${recordings.length} recordings of speakers the model was ${speakerIndependent ? 'not ' : ''}trained on; ` +
          `${(100 * judged.agreement).toFixed(1)} % answered alike`,
      );
      const lost = before.uar - after.uar;
      const refused = lost > MOST_LOST;
      if (!refused) await writeFileAtomic(options.out, Buffer.from(small.file));
      if (options.json)
        session.json({
          to: options.to,
          weights: small.weights,
          before,
          after,
          ...{ lost, refused, speakerIndependent },
          agreement: judged.agreement,
        });
      if (refused)
        throw new ProsodiaError(
          'MODEL',
          `Expected to lose at most ${100 * MOST_LOST} points with ${options.to} but ${(100 * lost).toFixed(2)} are lost; nothing was written`,
        );
    });
}

/** Recordings of the speakers the model was tested on, otherwise of any it was not trained on. */
function unheardBy({ training, evaluation }: ModelCard, recordings: readonly Recording[]): Recording[] {
  const unheard = recordings.filter(({ speaker }) => !training.speakers.includes(speaker));
  const tested = unheard.filter(({ speaker }) => evaluation?.testSpeakers.includes(speaker));
  return tested.length > 0 ? tested : unheard;
}

function tableOf(rows: readonly (readonly [string, JudgedModel])[]): string {
  return textTable(
    ['Weights', 'Bytes', 'ms an answer', 'UAR %', 'Accuracy %'],
    rows.map(([name, { bytes, answerMs, uar, accuracy }]) => [
      ...[name, String(bytes), answerMs.toFixed(3)],
      ...[(100 * uar).toFixed(2), (100 * accuracy).toFixed(2)],
    ]),
  );
}
