// `npm test`: set up, lint, then every test of every package in one run whose last line counts them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCoreTests } from '../../native/scripts/core-tests.mjs';
import { runInstructions } from '../../native/scripts/instructions.mjs';
import { setup } from './setup.mjs';

const root = resolve(import.meta.dirname, '../..');
const counts = { passed: 0, failed: 0, skipped: 0 };

setup();
runLint();
if (process.env.RAVDESS_DIR)
  console.log(`RAVDESS_DIR=${process.env.RAVDESS_DIR}: tests on real recordings run.`);
else console.log('RAVDESS_DIR is not set: tests on real recordings are skipped and counted as skipped.');
runCpp();
runInstructionCounts();
runJest(process.argv.slice(2));
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

function runLint() {
  const { status } = spawnSync(join(root, 'node_modules/.bin/biome'), ['check', '--error-on-warnings', '.'], {
    cwd: root,
    stdio: 'inherit',
  });
  count(status === 0);
}

/** The C++ tests; where they cannot be built they count as one that was skipped. */
function runCpp() {
  add('C++ tests', runCoreTests());
}

/** Half a minute: what features and augmentation cost in instructions, and that a kernel made 15 % slower is found. */
function runInstructionCounts() {
  add('Counts of instructions', runInstructions());
  add('A slower kernel', runInstructions({ slower: true }));
}

function add(what, { passed = 0, failed = 0, missing }) {
  if (missing) console.log(`${what} skipped: ${missing}`);
  else console.log(`${what}: ${passed} passed, ${failed} failed`);
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += missing ? 1 : 0;
}

function runJest(args) {
  const work = mkdtempSync(join(tmpdir(), 'prosodia-test-'));
  const output = join(work, 'jest.json');
  const { status } = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')],
      ...['--json', `--outputFile=${output}`, ...args],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    const result = JSON.parse(readFileSync(output, 'utf8'));
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    if (status !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) count(false);
  } catch {
    count(false);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function count(passed) {
  counts[passed ? 'passed' : 'failed']++;
}
