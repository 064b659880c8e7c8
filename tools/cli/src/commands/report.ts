import { Command } from 'commander';
import { corpusFolder } from '../options.js';
import type { Session } from '../session.js';

/** `prosodia report RUN`: the report of a finished run, written again. */
export function reportCommand(session: Session): Command {
  return new Command('report')
    .argument('<run>', 'a run folder')
    .option('--corpus <path>', 'the corpus it was trained on; RAVDESS_DIR unless given')
    .option('--json', 'say what was written as one JSON line')
    .addHelpText('after', '\nExample:\n  prosodia report runs/final --corpus ravdess')
    .action(async (run: string, options: { corpus?: string; json?: boolean }) => {
      const { loadCorpus, readRunResult, reportRun } = await import('@prosodia/training');
      const result = await readRunResult(run, { required: true });
      const corpus = await loadCorpus(corpusFolder(options.corpus), { signal: session.signal });
      const report = await reportRun(result, corpus);
      if (options.json) session.json({ run, report });
      else session.print(report);
    });
}
