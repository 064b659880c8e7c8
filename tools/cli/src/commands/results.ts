import type { KeptComparison, ProtocolFigures } from '@prosodia/training';
import { Command } from 'commander';
import type { Session } from '../session.js';
import { textTable } from '../table.js';
import { KEPT_FOLDER } from './evaluate-protocol.js';

interface ResultsOptions {
  readonly predictions: string;
  readonly markdown?: boolean;
  readonly report?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Nothing is trained and no corpus is needed: every figure is computed from the out-of-fold predictions that the repository
keeps. A difference is between two recipes on the same clips; its interval and p are by bootstrap over speakers.

Examples:
  prosodia results
  prosodia results --markdown
  prosodia results --report results.html --json`;

/** `prosodia results`: protocols × recipes × tracks from kept predictions, and which differences are real. */
export function resultsCommand(session: Session): Command {
  return new Command('results')
    .option('--predictions <dir>', 'folder of kept predictions', KEPT_FOLDER)
    .option('--markdown', 'the tables in Markdown')
    .option('--report <file>', 'one HTML page of every table and chart')
    .option('--json', 'end with one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ResultsOptions) => {
      const training = await import('@prosodia/training');
      const kept = await training.readKeptFolder(options.predictions);
      const judged = kept.map(training.judgeKept);
      const comparisons = training.compareAll(kept);
      if (options.report !== undefined) {
        await training.writeProtocolReport(options.report, judged, comparisons);
        session.note(`report in ${options.report}`);
      }
      const rows = judged.map(({ figures }) => figures);
      if (options.json) session.json({ rows, comparisons });
      else {
        const draw = options.markdown ? markdownTable : textTable;
        session.print(
          draw(
            FIGURE_HEAD,
            rows.map((one) => figureRow(one, training.trackName(one))),
          ),
        );
        const noise = training.noiseRows(rows);
        if (noise.length > 0) session.print(draw(training.NOISE_HEAD, noise));
        if (comparisons.length > 0)
          session.print(
            draw(
              COMPARISON_HEAD,
              comparisons.map((one) => comparisonRow(one, training.trackName(one))),
            ),
          );
      }
    });
}

const FIGURE_HEAD = [
  'Recipe',
  'Protocol',
  'Known of the speaker',
  'UAR %',
  'Accuracy %',
  'Macro F1 %',
  'ECE',
];

function figureRow(one: ProtocolFigures, known: string): string[] {
  const corpora = Object.entries(one.corpora).map(([name, uar]) => `${name} ${percent(uar)}`);
  return [
    ...[one.permuted ? `${one.recipe} (labels shuffled)` : one.recipe, one.protocol],
    corpora.length > 0 ? `${known}; tested on ${corpora.join(', ')}` : known,
    `${percent(one.uar)} [${percent(one.uarLow)}, ${percent(one.uarHigh)}]`,
    `${percent(one.wa)} [${percent(one.waLow)}, ${percent(one.waHigh)}]`,
    ...[percent(one.macroF1), one.ece.toFixed(3)],
  ];
}

const COMPARISON_HEAD = ['Better', 'Than', 'Protocol', 'Known of the speaker', 'UAR difference', 'p'];

function comparisonRow(one: KeptComparison, known: string): string[] {
  return [
    ...[one.first, one.second, one.protocol, known],
    `+${percent(one.difference)} [${percent(one.low)}, ${percent(one.high)}]`,
    one.p < 0.001 ? '< 0.001' : one.p.toFixed(3),
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), ''].join('\n');
}
