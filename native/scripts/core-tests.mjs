// Builds and runs the C++ tests: node scripts/core-tests.mjs. GoogleTest is the system's (Debian: libgtest-dev).
// As a module: runCoreTests() → { passed, failed } or { missing: why } where they cannot be built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = resolve(import.meta.dirname, '..');

/**
 * @param sanitize  what -fsanitize= takes, in a build of its own; the addon's own core is tested unless given
 * @param env       more variables for the program
 */
export function runCoreTests({ sanitize = '', env = {} } = {}) {
  const name = sanitize === '' ? 'plain' : sanitize.replace(',', '-');
  const folder = join(native, 'build/tests', name);
  const built = join(native, 'build/libprosodia_core.a');
  const core = sanitize === '' && existsSync(built) ? built : '';
  const options = [
    ...['-DPROSODIA_ADDON=OFF', '-DPROSODIA_TESTS=ON', `-DPROSODIA_SANITIZE=${sanitize}`],
    `-DPROSODIA_CORE_LIBRARY=${core}`,
  ];
  const configured = run('cmake', ['-S', native, '-B', folder, ...options]);
  if (configured.status !== 0) {
    if (/GTest/.test(configured.output))
      return { missing: 'GoogleTest was not found (Debian: libgtest-dev)' };
    return configured.status === null ? { missing: 'CMake was not found' } : failedWith(configured.output);
  }
  // With a core at hand only the tests are compiled.
  const target = ['--target', 'core_tests', '--parallel', '2'];
  const compiled = run('cmake', ['--build', folder, ...target]);
  if (compiled.status !== 0) return failedWith(compiled.output);
  const { status, output } = run(join(folder, 'core_tests'), ['--gtest_brief=1'], env);
  const count = (pattern) => Number(pattern.exec(output)?.[1] ?? 0);
  const passed = count(/\[ {2}PASSED {2}\] (\d+) test/);
  const failed = count(/(\d+) FAILED TEST/);
  if (status !== 0) console.error(output);
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
}

function run(command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

function failedWith(output) {
  console.error(output.slice(-4_000));
  return { passed: 0, failed: 1 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = runCoreTests();
  console.log(result.missing ?? `C++: ${result.passed} passed, ${result.failed} failed`);
  process.exitCode = result.missing || result.failed > 0 ? 1 : 0;
}
