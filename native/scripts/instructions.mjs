// A regression check that no clock can disturb: node scripts/instructions.mjs [--write] [--slower].
// Counts the instructions of features, resampling and augmentation per second of audio, beside the kept counts of the same
// compiler and instruction set; more than 10 % above is a failure. `--write` keeps new ones; `--slower` counts with a
// kernel compiled with one pass too many, which must be found. Needs the built core, g++ and an x86-64 processor.
// As a module: runInstructions() → { passed, failed } or { missing: why } where nothing can be counted or compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = resolve(import.meta.dirname, '..');
const KEPT = join(native, 'bench/instructions.json');
const FOLDER = join(native, 'build/bench');
const CORE = join(native, 'build/libprosodia_core.a');
const ALLOWED = 1.1;
/** Of the baseline, which takes three times as long to count, the kernel alone that all the others lead to. */
const WORKS = {
  baseline: ['mfcc'],
  avx2: ['mfcc', 'resample', 'wav', 'noise', 'stretch', 'pitch'],
  avx512: ['mfcc', 'resample', 'wav', 'noise', 'stretch', 'pitch'],
};
const COMPILED = ['-std=c++20', '-I', native];
// As CMakeLists.txt compiles the kernel that is made slower.
const KERNEL = ['-O3', '-DNDEBUG', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast'];
const AVX2 = ['-DPROSODIA_ISA=avx2', '-mavx2', '-mfma'];
// A copy of many bytes in one instruction would trap at each byte.
const TUNABLES = ['movsb', 'stosb'].map((copy) => `glibc.cpu.x86_rep_${copy}_threshold=1000000000`).join(':');

/** The names of what needs more than 10 % more than was kept; what was not kept is not compared. */
export function regressions(found, kept) {
  return Object.keys(found).filter((name) => found[name] > ALLOWED * kept[name]);
}

/** @param slower  with a kernel that does one pass too many: the check passes by failing */
export function runInstructions({ slower = false } = {}) {
  const missing = cannotCount();
  if (missing) return { missing };
  const kept = JSON.parse(readFileSync(KEPT, 'utf8'))[compiler()];
  if (!kept) return { missing: `no counts are kept for ${compiler()}` };
  const found = slower ? counts(compiled([slowerKernel()]), { avx2: ['mfcc'] }) : counts(compiled([]), WORKS);
  if (Object.keys(found).length === 0) return { missing: 'this processor has no AVX2' };
  const above = regressions(found, kept);
  if (slower) return above.length > 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  for (const name of above) console.error(`${name}: ${percent(found[name], kept[name])} of what was kept`);
  return { passed: Object.keys(found).length - above.length, failed: above.length };
}

function cannotCount() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'only x86-64 under Linux can count';
  if (!existsSync(CORE)) return 'the core was not built here';
  return spawnSync('g++', ['--version']).status === 0 ? undefined : 'g++ was not found';
}

function compiler() {
  const version = execFileSync('g++', ['-dumpversion'], { encoding: 'utf8' }).trim().split('.')[0];
  return `g++ ${version}, ${process.arch}`;
}

/** @param objects  take the place of the core's own */
function compiled(objects) {
  mkdirSync(FOLDER, { recursive: true });
  const to = join(FOLDER, objects.length > 0 ? 'slower-instructions' : 'instructions');
  const sources = [join(native, 'bench/instructions.cc'), ...objects, CORE];
  execFileSync('g++', [...COMPILED, '-O2', ...sources, '-pthread', '-o', to]);
  return to;
}

/** The kernel behind MFCCs with half of its spectrum passed over once more: some 15 % more work. */
function slowerKernel() {
  mkdirSync(FOLDER, { recursive: true });
  const source = readFileSync(join(native, 'core/kernels/spectrum.cc'), 'utf8');
  const place = '  PowerSpectrum(t, s);\n  const float* weight';
  if (!source.includes(place))
    throw new Error('Expected the place of one more pass in core/kernels/spectrum.cc');
  const pass =
    'for (int i = 0; i < PlaceOf(t.n_fft / 2, t.outer); i += 2) s.power[i] = Log2(Max(s.power[i], F32{}));';
  const [from, to] = [join(FOLDER, 'slower_spectrum.cc'), join(FOLDER, 'slower_spectrum.o')];
  writeFileSync(from, source.replace(place, place.replace('\n', `\n  ${pass}\n`)));
  execFileSync('g++', [...COMPILED, ...KERNEL, ...AVX2, '-c', from, '-o', to]);
  return to;
}

/** Instructions per second of audio by work and instruction set, of the sets that this processor has. */
function counts(program, works) {
  const found = {};
  for (const [isa, names] of Object.entries(works)) {
    for (const name of names) {
      const count = counted(program, isa, name);
      if (count === undefined) break;
      found[`${name}, ${isa}`] = count;
    }
  }
  return found;
}

function counted(program, isa, work) {
  const env = { ...process.env, PROSODIA_ISA: isa, GLIBC_TUNABLES: TUNABLES };
  const { status, stdout, stderr } = spawnSync(program, [work], { encoding: 'utf8', env });
  const [, ran, count] = /^(\w+) (\d+)$/m.exec(stdout ?? '') ?? [];
  if (status === 0 && ran === isa) return Number(count);
  if (/is not available here/.test(stderr)) return undefined;
  throw new Error(`instructions ${work}: ${stderr}`);
}

const percent = (found, kept) => `${((100 * found) / kept).toFixed(1)} %`;

function main(options) {
  const all = JSON.parse(readFileSync(KEPT, 'utf8'));
  const kept = all[compiler()] ?? {};
  const slower = options.includes('--slower');
  const found = slower ? counts(compiled([slowerKernel()]), { avx2: ['mfcc'] }) : counts(compiled([]), WORKS);
  for (const [name, count] of Object.entries(found)) {
    const beside = kept[name] ? `, ${percent(count, kept[name])} of what was kept` : '';
    console.log(`${name}: ${count.toLocaleString('en')} instructions per second of audio${beside}`);
  }
  if (options.includes('--write')) {
    writeFileSync(KEPT, `${JSON.stringify({ ...all, [compiler()]: { ...kept, ...found } }, null, 2)}\n`);
    return 0;
  }
  const above = regressions(found, kept);
  if (above.length > 0) console.error(`more than 10 % above what was kept: ${above.join('; ')}`);
  return above.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = cannotCount();
  if (missing) console.error(missing);
  process.exitCode = missing ? 1 : main(process.argv.slice(2));
}
