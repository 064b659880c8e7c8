// Builds the addon with cmake-js into build/Release/prosodia.node; headers come from node-api-headers, nothing is downloaded.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const extra = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [cmakeJs, 'compile', '--directory', root, '--parallel', '2', ...extra],
  {
    cwd: join(root),
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
