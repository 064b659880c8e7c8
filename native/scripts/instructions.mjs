// A regression check that no clock can disturb: node scripts/instructions.mjs [--write].
// Counts the instructions of an MFCC, a resampling and a WAV file's features under callgrind, per second of audio, beside
// the kept counts of the same compiler and instruction set; more than 10 % above is a failure. `--write` keeps new ones.
// Needs the built addon, g++ and valgrind (Debian: valgrind), which knows no AVX-512.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const native = resolve(import.meta.dirname, '..');
const KEPT = join(native, 'bench/instructions.json');
const ALLOWED = 1.1;
const SECONDS = 2;
const INSTRUCTION_SETS = ['baseline', 'avx2'];
const WORKS = ['mfcc', 'resample', 'wav'];

const program = compiled();
const compiler = `g++ ${execFileSync('g++', ['-dumpversion'], { encoding: 'utf8' }).trim().split('.')[0]}, ${process.arch}`;
const kept = JSON.parse(readFileSync(KEPT, 'utf8'));
const found = {};
let failures = 0;
for (const isa of INSTRUCTION_SETS) {
  for (const work of WORKS) {
    // The difference of two counts: without plans, tables and the program's own start.
    const perSec = Math.round((counted(isa, work, 3) - counted(isa, work, 1)) / 2 / SECONDS);
    const name = `${work}, ${isa}`;
    found[name] = perSec;
    const known = kept[compiler]?.[name];
    const ratio = known === undefined ? '' : `, ${(perSec / known).toFixed(3)} of what was kept`;
    console.log(`${name}: ${perSec.toLocaleString('en')} instructions per second of audio${ratio}`);
    if (known !== undefined && perSec > ALLOWED * known) failures++;
  }
}
if (process.argv.includes('--write')) {
  writeFileSync(KEPT, `${JSON.stringify({ ...kept, [compiler]: found }, null, 2)}\n`);
} else if (kept[compiler] === undefined) {
  console.log(`no counts are kept for ${compiler}: --write keeps these`);
}
if (failures > 0) console.error(`${failures} more than 10 % above what was kept`);
process.exitCode = failures > 0 ? 1 : 0;

function compiled() {
  mkdirSync(join(native, 'build/bench'), { recursive: true });
  const to = join(native, 'build/bench/instructions');
  const core = join(native, 'build/libprosodia_core.a');
  execFileSync('g++', [
    ...['-std=c++20', '-O2', '-I', native],
    ...[join(native, 'bench/instructions.cc'), core, '-pthread', '-o', to],
  ]);
  return to;
}

function counted(isa, work, repetitions) {
  const { status, stderr, error } = spawnSync(
    'valgrind',
    ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, work, String(repetitions)],
    { encoding: 'utf8', env: { ...process.env, PROSODIA_ISA: isa } },
  );
  const count = /Collected : (\d+)/.exec(stderr ?? '')?.[1];
  if (status !== 0 || count === undefined) throw new Error(`valgrind: ${error?.message ?? stderr}`);
  return Number(count);
}
