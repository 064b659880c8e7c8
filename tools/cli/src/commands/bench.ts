import { Command } from 'commander';
import { EXIT } from '../exit.js';
import type { Session } from '../session.js';

const EXAMPLES = `
Examples:
  prosodia bench features
  prosodia bench features --json --svg features.svg`;

/** `prosodia bench NAME`: what `npm run bench` runs, where the workspace's tools are at hand. */
export function benchCommand(session: Session): Command {
  return new Command('bench')
    .description('Measure Prosodia beside its peers, in one run')
    .argument('[name]', 'features, augment, linearity …; an unknown one lists them', 'features')
    .option('--json', 'one JSON line last: rows and machine')
    .option('--svg <file>', 'draw the rows')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: { json?: boolean; svg?: string }) => {
      const { main } = await loadBench();
      const flags = [...(options.json ? ['--json'] : []), ...(options.svg ? ['--svg', options.svg] : [])];
      const status = await main([name, ...flags]);
      if (status !== 0) session.exitCode = EXIT.usage;
    });
}

// The bench is a tool of the workspace, never published: the command works where it is found.
async function loadBench(): Promise<{ main(argv: readonly string[]): Promise<number> }> {
  const place = new URL('../../../bench/dist/index.js', import.meta.url);
  try {
    return (await import(place.href)) as { main(argv: readonly string[]): Promise<number> };
  } catch (cause) {
    throw new Error(`The bench is part of the source repository and was not found at ${place.pathname}`, {
      cause,
    });
  }
}
