// Everything between a fresh clone and a built workspace: prerequisites, dependencies, libtensorflow, build.
// Steps whose inputs have not changed are skipped, so a second run takes a second or two.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { provideLibtensorflow } from './libtensorflow.mjs';
import { missingPrerequisites } from './prerequisites.mjs';

const root = resolve(import.meta.dirname, '../..');
const stamp = join(root, 'node_modules/.prosodia-setup');
const log = (line) => console.error(`setup: ${line}`);

/** Brings the workspace to a built state, or ends the process with the reason. */
export function setup() {
  const key = setupKey();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) {
    requirePrerequisites();
    install();
    provideLibtensorflow(log);
    writeFileSync(stamp, key);
  }
  build();
}

function requirePrerequisites() {
  const missing = missingPrerequisites();
  if (missing.length === 0) return;
  console.error('Prosodia needs these first:');
  for (const line of missing) console.error(`  ${line}`);
  process.exit(1);
}

function install() {
  log('installing dependencies …');
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  step('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    quietUnlessFailed: true,
  });
}

function build() {
  step(
    join(root, 'node_modules/.bin/turbo'),
    ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'],
    {
      quietUnlessFailed: true,
      env: {
        // Turbo asks the package manager for the workspace; ours is a dev dependency.
        PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
        TURBO_TELEMETRY_DISABLED: '1',
        TURBO_NO_UPDATE_NOTIFIER: '1',
        // Turbo's hash does not know the platform; a binary of one must not be taken for another's.
        PROSODIA_PLATFORM: `${process.platform}-${process.arch}-${process.versions.modules}`,
      },
    },
  );
}

function step(command, args, { quietUnlessFailed, env = {} }) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quietUnlessFailed ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return;
  process.stderr.write(result.stdout ?? '');
  process.stderr.write(result.stderr ?? '');
  log(`failed: ${command} ${args.join(' ')}${result.error ? ` (${result.error.message})` : ''}`);
  process.exit(1);
}

// The lockfile, every manifest and this folder's own scripts decide whether set-up has anything to do.
function setupKey() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.version}\n`);
  const manifests = [
    '.',
    'native',
    'tools/cli',
    'tools/bench',
    'tools/browser',
    'tools/synthesizer',
    ...folders('packages'),
  ].map((dir) => `${dir}/package.json`);
  const scripts = readdirSync(import.meta.dirname)
    .sort()
    .map((name) => `tools/setup/${name}`);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests, ...scripts])
    hash.update(name).update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

function folders(parent) {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  setup();
  log('ready');
}
