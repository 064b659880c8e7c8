// `npm run bench -- features [--json]`: set up, then run Prosodia against its peers.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setup } from './setup.mjs';

const root = resolve(import.meta.dirname, '../..');
setup();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'tools/bench/bin/bench.mjs'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
