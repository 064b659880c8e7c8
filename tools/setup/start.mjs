// `npm start`: set up, then the main job on RAVDESS (RAVDESS_DIR) or on synthetic speech.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setup } from './setup.mjs';

const root = resolve(import.meta.dirname, '../..');
setup();
const { status } = spawnSync(
  process.execPath,
  [join(root, 'tools/cli/bin/prosodia.mjs'), 'start', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env } },
);
process.exitCode = status ?? 1;
