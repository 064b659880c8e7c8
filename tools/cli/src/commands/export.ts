import { Command } from 'commander';
import { corpusFolder } from '../options.js';
import type { Session } from '../session.js';

/** `prosodia export RUN`: one ONNX file of the best weights so far, of a finished run or of one that was stopped. */
export function exportCommand(session: Session): Command {
  return new Command('export')
    .argument('<run>', 'a run folder')
    .option('--corpus <path>', 'the corpus it was trained on; RAVDESS_DIR unless given')
    .option('--out <file>', 'where to copy the file; RUN/model.onnx unless given')
    .option('--json', 'say what was written as one JSON line')
    .addHelpText('after', '\nExample:\n  prosodia export runs/final --corpus ravdess --out angry-caller.onnx')
    .action(async (run: string, options: { corpus?: string; out?: string; json?: boolean }) => {
      const { exportRun, loadCorpus } = await import('@prosodia/training');
      const corpus = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
      const written = await exportRun({ runDir: run, corpus, out: options.out, signal: session.signal });
      if (options.json) session.json(written);
      else session.print(`${written.model}  (${written.bytes} bytes, epoch ${written.bestEpoch})`);
    });
}
