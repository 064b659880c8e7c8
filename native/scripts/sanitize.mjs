// Memory, undefined behaviour and data races: node scripts/sanitize.mjs [address|thread] …; all without arguments.
// The C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer, then the addon built alike under the golden and
// mutation tests of packages/features; the C++ tests under ThreadSanitizer. Needs GCC and its sanitizers. Minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCoreTests } from './core-tests.mjs';

const native = resolve(import.meta.dirname, '..');
const root = resolve(native, '..');
const addon = join(native, 'build/Release/prosodia.node');
const kept = `${addon}.plain`;
const wanted = process.argv.slice(2);
let failures = 0;

if (wanted.length === 0 || wanted.includes('address')) {
  report('C++ tests, address and undefined', runCoreTests({ sanitize: 'address,undefined' }));
  report('addon, address and undefined', sanitizedAddon());
}
if (wanted.length === 0 || wanted.includes('thread')) {
  report('C++ tests, thread', runCoreTests({ sanitize: 'thread' }));
}
process.exitCode = failures === 0 ? 0 : 1;

function report(what, { passed, failed, missing }) {
  console.log(`${what}: ${missing ?? `${passed} passed, ${failed} failed`}`);
  if (missing || failed > 0) failures++;
}

/** The sanitized addon takes the addon's place while the tests run. */
function sanitizedAddon() {
  const folder = join(native, 'build/sanitized');
  const build = [
    join(native, 'scripts/build.mjs'),
    '--out',
    folder,
    '--CDPROSODIA_SANITIZE=address,undefined',
  ];
  execFileSync(process.execPath, build, { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(addon, kept);
  try {
    copyFileSync(join(folder, 'Release/prosodia.node'), addon);
    const library = execFileSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
    // Node itself leaks at exit, by design; the tests' children inherit all of this.
    const env = {
      ...process.env,
      LD_PRELOAD: library,
      ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1:exitcode=86',
      UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
    };
    const jest = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];
    const tests = ['--selectProjects', 'features', '--runInBand', '--json', '--testPathPatterns'];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...jest, ...tests, 'golden|mutations|sources|augment'],
      {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        env,
      },
    );
    try {
      const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(stdout);
      if (numFailedTests + numRuntimeErrorTestSuites > 0) console.error(stderr.slice(-8_000));
      return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
    } catch {
      console.error(stderr.slice(-8_000));
      return { passed: 0, failed: 1 };
    }
  } finally {
    if (existsSync(kept)) renameSync(kept, addon);
  }
}
