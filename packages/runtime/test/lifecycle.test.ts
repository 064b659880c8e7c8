import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeWav } from '@prosodia/features';
import { MODEL_PATH, voice } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'prosodia-lifecycle-'));
const wavPath = join(folder, 'voice.wav');
const root = resolve(import.meta.dirname, '..');
writeFileSync(wavPath, encodeWav(voice(1)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program in a process of its own, which must end by itself within half a minute. */
function node(args: string[], env: NodeJS.ProcessEnv = {}, timeoutMs = 30_000): Ended {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...rest, MODEL: MODEL_PATH, WAV: wavPath, ...env },
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

const program = (code: string, env?: NodeJS.ProcessEnv) =>
  node(
    [
      '--input-type=module',
      '-e',
      `import { Recognizer } from '@prosodia/runtime';
       const { MODEL, WAV } = process.env;
       ${code}`,
    ],
    env,
  );

const says = (stdout: string) => ({ status: 0, stdout, stderr: '' });

it('a process ends by itself after close', () => {
  expect(
    program(`const recognizer = await Recognizer.load(MODEL);
             console.log((await recognizer.recognize(WAV)).endSec);
             await recognizer.close();`),
  ).toEqual(says('0.6\n'));
});

it('a process ends by itself although an idle recognizer was never closed', () => {
  expect(
    program(`const recognizer = await Recognizer.load(MODEL);
             console.log((await recognizer.recognize(WAV)).endSec);`),
  ).toEqual(says('0.6\n'));
});

it('a process does not end before the answers it waits for', () => {
  expect(
    program(`const recognizer = await Recognizer.load(MODEL);
             for (let i = 0; i < 20; i++)
               recognizer.recognize(WAV).then(() => process.stdout.write('.'));`),
  ).toEqual(says('.'.repeat(20)));
});

it('a process that only tried to load a foreign file ends', () => {
  expect(program('await Recognizer.load(WAV).catch(({ code }) => console.log(code));')).toEqual(
    says('MODEL\n'),
  );
});

it('recognises without TensorFlow in the process', () => {
  const { status, stdout, stderr } = program(
    `const recognizer = await Recognizer.load(MODEL);
     await recognizer.recognize(WAV);
     for (const library of process.report.getReport().sharedObjects) console.log(library);
     await recognizer.close();`,
    { NODE_DEBUG: 'module,esm' },
  );
  expect(status).toBe(0);
  // Libraries in memory, and every module that was looked for: what must be there is, TensorFlow is not.
  expect(stdout).toMatch(/onnxruntime_binding\.node/);
  expect(stderr).toMatch(/runtime\/dist\/recognizer\.js/);
  expect(stdout).not.toMatch(/tensorflow|tfjs/i);
  expect(stderr).not.toMatch(/tensorflow|tfjs/i);
});

it('can be required from CommonJS', () => {
  const code = `const { Recognizer } = require('@prosodia/runtime');
    Recognizer.load(process.env.MODEL).then(async (recognizer) => {
      console.log((await recognizer.recognize(process.env.WAV)).endSec);
      await recognizer.close();
    });`;
  expect(node(['--no-warnings', '--input-type=commonjs', '-e', code])).toEqual(says('0.6\n'));
});

it('works inside a worker thread, also one that is ended in the middle', () => {
  expect(
    program(`import { Worker, isMainThread } from 'node:worker_threads';
             const code = \`import { parentPort } from 'node:worker_threads';
               import { Recognizer } from '@prosodia/runtime';
               const recognizer = await Recognizer.load(process.env.MODEL);
               parentPort.postMessage((await recognizer.recognize(process.env.WAV)).endSec);
               await recognizer.recognizeBatch(Array(500).fill(process.env.WAV));\`;
             const url = new URL('data:text/javascript,' + encodeURIComponent(code.replaceAll(
               '@prosodia/runtime', import.meta.resolve('@prosodia/runtime'))));
             const worker = new Worker(url, { execArgv: [] });
             worker.once('message', async (endSec) => {
               console.log(endSec);
               await worker.terminate();
             });`),
  ).toEqual(says('0.6\n'));
});

it('computes few rows again and again inside a worker thread', () => {
  expect(
    program(`import { Worker } from 'node:worker_threads';
             const code = \`import { parentPort } from 'node:worker_threads';
               import { Recognizer } from '@prosodia/runtime';
               const recognizer = await Recognizer.load(process.env.MODEL);
               const length = recognizer.inputs.reduce((sum, { size }) => sum + size, 0);
               const rows = [0, 1, 2].map((value) => new Float32Array(length).fill(value));
               const first = String(await recognizer.infer(rows));
               let equal = 0;
               for (let call = 0; call < 300; call++)
                 equal += String(await recognizer.infer(rows)) === first;
               await recognizer.close();
               parentPort.postMessage(equal);\`;
             const url = new URL('data:text/javascript,' + encodeURIComponent(code.replaceAll(
               '@prosodia/runtime', import.meta.resolve('@prosodia/runtime'))));
             new Worker(url, { execArgv: [] }).once('message', (equal) => console.log(equal));`),
  ).toEqual(says('300\n'));
});

/** `PROSODIA_CYCLES=1000` makes a soak of it. */
const CYCLES = Number(process.env.PROSODIA_CYCLES ?? 12);

it(
  'outlives worker threads that are ended while their recognizers compute, networks and features in turn',
  () => {
    const inside = `import { parentPort, workerData } from 'node:worker_threads';
      import { Recognizer } from '@prosodia/runtime';
      const recognizer = await Recognizer.load(process.env.MODEL);
      const length = recognizer.inputs.reduce((sum, { size }) => sum + size, 0);
      const rows = Array(2000).fill(new Float32Array(length).fill(0.5));
      const files = Array(2000).fill(process.env.WAV);
      parentPort.postMessage('computing');
      for (;;) await (workerData % 2 ? recognizer.infer(rows) : recognizer.recognizeBatch(files));`;
    // Some at a time: a cycle is mostly the start of a thread and of its network's process.
    const code = `import { Worker } from 'node:worker_threads';
      const inside = ${JSON.stringify(inside)}.replaceAll(
        '@prosodia/runtime', import.meta.resolve('@prosodia/runtime'));
      const url = new URL('data:text/javascript,' + encodeURIComponent(inside));
      let begun = 0, survived = 0;
      const lane = async () => {
        while (begun < process.env.CYCLES) {
          const cycle = begun++;
          const worker = new Worker(url, { execArgv: [], workerData: cycle });
          await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
          // Anywhere in some runs.
          await new Promise((resolve) => setTimeout(resolve, (7 * cycle) % 20));
          await worker.terminate();
          survived++;
        }
      };
      await Promise.all([lane(), lane(), lane(), lane()]);
      console.log(survived);`;
    const timeoutMs = 30_000 + 3_000 * CYCLES;
    const args = ['--input-type=module', '-e', code];
    expect(node(args, { CYCLES: String(CYCLES) }, timeoutMs)).toEqual(says(`${CYCLES}\n`));
  },
  60_000 + 3_000 * CYCLES,
);

it('ends at process.exit() while the network computes', () => {
  for (let cycle = 0; cycle < 5; cycle++)
    expect(
      program(`const recognizer = await Recognizer.load(MODEL);
               const length = recognizer.inputs.reduce((sum, { size }) => sum + size, 0);
               recognizer.infer(Array(20_000).fill(new Float32Array(length).fill(0.5))).catch(() => {});
               setTimeout(() => process.exit(7), ${5 + 3 * cycle});`),
    ).toEqual({ status: 7, stdout: '', stderr: '' });
});

it('replaces a network thread that died and answers what it had in hand', () => {
  expect(
    program(`const threads = [];
             process.on('worker', (worker) => threads.push(worker));
             const recognizer = await Recognizer.load(MODEL, { workers: 1 });
             const samples = new Float32Array(22050).map((_, i) => Math.sin(i / 20));
             const clips = Array(200).fill({ samples, sampleRateHz: 22050 });
             // Ended between two runs, before the rows of the next arrive: ONNX Runtime's binding cannot be
             // stopped in the middle of one.
             threads[0].prependOnceListener('message', () => void threads[0].terminate());
             const [first, ...rest] = clips.map((clip) => recognizer.recognize(clip));
             await first;
             const answers = await Promise.all(rest);
             console.log(threads.length, answers.length, answers.every(({ label }) => label === answers[0].label));
             await recognizer.close();`),
  ).toEqual(says('2 199 true\n'));
});

it('gives up on a clip whose thread dies again and again', () => {
  expect(
    program(`process.on('worker', (worker) => {
               const post = worker.postMessage.bind(worker);
               // The thread is ended the moment it is given work.
               worker.postMessage = (...args) => (args[0].request ? worker.terminate() : post(...args));
             });
             const recognizer = await Recognizer.load(MODEL, { workers: 1 });
             await recognizer.recognize(WAV).catch(({ code, message }) => console.log(code, message));
             await recognizer.close();`).stdout,
  ).toMatch(/^MODEL The thread that ran the network of .*untrained\.onnx ended/);
});

it('says that the addon is what does not load', () => {
  expect(
    program('await Recognizer.load(MODEL).catch(({ code }) => console.log(code));', { PROSODIA_ISA: 'z80' })
      .stdout,
  ).toBe('NATIVE_LOAD\n');
});

it('runs its example', () => {
  const { status, stdout, stderr } = node(['examples/recognize.mjs', MODEL_PATH, wavPath, '/no/such.wav']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/voice\.wav: \w+ 0\.\d{3}\n$/);
  expect(stderr).toMatch(/Cannot read \/no\/such\.wav/);
});
