import type { CacheUsage } from '@prosodia/training';
import { Command } from 'commander';
import { oneOf } from '../options.js';
import type { Session } from '../session.js';

const MIB = 2 ** 20;

/** `prosodia cache`: what features are kept between runs, and how to be rid of them. */
export function cacheCommand(session: Session): Command {
  return new Command('cache')
    .argument('[action]', 'show or clear', oneOf(['show', 'clear']), 'show')
    .option('--json', 'as one JSON line')
    .addHelpText(
      'after',
      `
Features of training and evaluation are kept under the hash of the audio, the changes, the request and the addon. They
lie in PROSODIA_CACHE_DIR, or in the user's cache folder, and take at most PROSODIA_CACHE_GIB (8): those that were used
longest ago go first.

Examples:
  prosodia cache
  prosodia cache clear`,
    )
    .action(async (action: 'show' | 'clear', { json }: { json?: boolean }) => {
      const { cacheLimitBytes, defaultCacheFolder, RowCache } = await import('@prosodia/training');
      const folder = defaultCacheFolder();
      const limitBytes = cacheLimitBytes();
      const cache = new RowCache(folder, limitBytes);
      const found = action === 'clear' ? await cache.clear() : await cache.usage();
      if (json) session.json({ folder, limitBytes, cleared: action === 'clear', ...found });
      else session.print(`${action === 'clear' ? 'cleared' : 'holds'} ${describe(found)} in ${folder}`);
      if (!json && action === 'show') session.print(`may take ${Math.round(limitBytes / MIB)} MiB`);
    });
}

function describe({ files, bytes, oldest }: CacheUsage): string {
  const since = oldest ? `, the oldest used ${oldest.toISOString()}` : '';
  return `${files} files of ${Math.round(bytes / MIB)} MiB${since},`;
}
