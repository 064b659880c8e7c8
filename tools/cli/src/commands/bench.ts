import { Command } from 'commander';
import { EXIT } from '../exit.js';
import type { Session } from '../session.js';

const EXAMPLES = `
Examples:
  prosodia bench features
  prosodia bench features --json --svg features.svg
  prosodia bench soak --minutes 30`;

/** `prosodia bench NAME`: what `npm run bench` runs, where the workspace's tools are at hand. */
export function benchCommand(session: Session): Command {
  return new Command('bench')
    .argument('[name]', 'features, augment, linearity …; an unknown one lists them', 'features')
    .option('--json', 'one JSON line last: rows and machine')
    .option('--svg <file>', 'draw the rows')
    .option('--report <file>', 'of augment: spectrograms of every clip before and after, as HTML')
    .option('--corpus', 'of augment: all of RAVDESS (RAVDESS_DIR), in place of single clips')
    .option('--minutes <n>', 'of soak: how long; 30 unless given')
    .option('--calls <n>', 'of soak: calls of each of 64 callers; 10,000 unless given')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, given: Record<string, string | true>) => {
      const { main } = await loadBench();
      const flags = Object.entries(given).flatMap(([flag, value]) =>
        value === true ? [`--${flag}`] : [`--${flag}`, value],
      );
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
