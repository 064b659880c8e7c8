// Gives @tensorflow/tfjs-node its native half from package registries alone: libtensorflow out of a pinned
// tensorflow-cpu wheel (pip), the binding compiled from the package's own sources (node-gyp). Kept in a
// per-user cache, by version. Where it cannot be had, training runs on the wasm backend and says so.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const TENSORFLOW_VERSION = '2.15.1';
const NAPI_VERSION = 8;
const here = import.meta.dirname;
const root = resolve(here, '../..');

/**
 * Makes `@tensorflow/tfjs-node` loadable from packages/training.
 *
 * @param log  called with one line per step
 * @returns true when the native backend loads, false (after saying why) when it cannot be had
 */
export function provideLibtensorflow(log) {
  const require = createRequire(join(root, 'packages/training/package.json'));
  const packageDir = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  const version = require('@tensorflow/tfjs-node/package.json').version;
  const addon = join(packageDir, `lib/napi-v${NAPI_VERSION}/tfjs_binding.node`);
  const loads = () =>
    existsSync(addon) &&
    spawnSync(process.execPath, ['-e', `require(${JSON.stringify(addon)})`], { stdio: 'ignore' }).status ===
      0;
  if (loads()) return true;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    log(
      `no libtensorflow recipe for ${process.platform}-${process.arch}: training will use the wasm backend`,
    );
    return false;
  }
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'prosodia');
  try {
    const library = join(cache, `libtensorflow-${TENSORFLOW_VERSION}-linux-x64`);
    if (!existsSync(library)) downloadLibrary(cache, library, log);
    linkLibrary(packageDir, library);
    const built = join(
      cache,
      `tfjs-node-${version}-tensorflow-${TENSORFLOW_VERSION}-${process.version}.node`,
    );
    if (!existsSync(built)) buildBinding(packageDir, addon, built, log);
    mkdirSync(dirname(addon), { recursive: true });
    cpSync(built, addon);
  } catch (error) {
    log(`libtensorflow could not be set up (${error.message}): training will use the wasm backend`);
    return false;
  }
  if (loads()) return true;
  log('the TensorFlow binding was built but does not load: training will use the wasm backend');
  return false;
}

function downloadLibrary(cache, library, log) {
  log(`downloading libtensorflow ${TENSORFLOW_VERSION} (207 MB, once per user) …`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    run(process.env.PYTHON ?? 'python3', [
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps'],
      ...['--only-binary=:all:', '--implementation', 'cp', '--python-version', '3.10'],
      ...['--platform', 'manylinux2014_x86_64', '--require-hashes'],
      ...['-r', join(here, 'libtensorflow-requirements.txt'), '-d', work],
    ]);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    const out = join(work, 'out');
    run(process.env.PYTHON ?? 'python3', [join(here, 'extract-libtensorflow.py'), join(work, wheel), out]);
    const lib = join(out, 'lib');
    // Half of the size is symbols; without binutils the library works unstripped.
    spawnSync('strip', ['--strip-unneeded', ...readdirSync(lib).map((name) => join(lib, name))]);
    symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
    symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
    if (!existsSync(library)) renameSync(out, library);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function linkLibrary(packageDir, library) {
  const link = join(packageDir, 'deps');
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true, force: true });
  symlinkSync(library, link);
}

function buildBinding(packageDir, addon, built, log) {
  log('building the TensorFlow binding …');
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const nodedir =
    process.env.npm_config_nodedir ??
    (existsSync('/usr/include/node/node_api.h') ? '/usr' : resolve(process.execPath, '../..'));
  run(
    process.execPath,
    [
      ...[nodeGyp, 'rebuild', '--silent', '--module_name=tfjs_binding', `--module_path=${dirname(addon)}`],
      ...[`--napi_build_version=${NAPI_VERSION}`],
      ...(existsSync(join(nodedir, 'include/node/node_api.h')) ? [`--nodedir=${nodedir}`] : []),
    ],
    { cwd: packageDir },
  );
  cpSync(addon, `${built}.tmp`);
  renameSync(`${built}.tmp`, built);
  rmSync(join(packageDir, 'build'), { recursive: true, force: true });
}

function run(command, args, options = {}) {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
}
