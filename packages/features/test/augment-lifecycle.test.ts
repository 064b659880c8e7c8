import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const features = new URL('../dist/index.js', import.meta.url);

/** Starts to change forty clips; the addon writes to memory that JavaScript made. */
const BEGIN = `
const { augment } = await import('${features}');
const samples = Float32Array.from({ length: 80_000 }, (_, i) => Math.sin(i * 0.03));
const begin = () => augment(Array.from({ length: 40 }, () => ({ samples, sampleRateHz: 22050 })), { kind: 'pitch', semitones: 2 });
`;

const PROGRAMS = {
  'the process exits while clips are changed': `${BEGIN}
    begin();
    setTimeout(() => process.exit(7), 5);`,
  'workers are terminated while clips are changed': `
    const { Worker } = await import('node:worker_threads');
    const source = ${JSON.stringify(`(async () => {${BEGIN}
      const { parentPort } = await import('node:worker_threads');
      for (;;) {
        const call = begin();
        parentPort.postMessage('running');
        await call;
      }
    })();`)};
    for (let wait = 0; wait < 8; wait++) {
      const worker = new Worker(source, { eval: true });
      await new Promise((resolve) => worker.once('message', resolve));
      await new Promise((resolve) => setTimeout(resolve, wait));
      await worker.terminate();
    }
    ${BEGIN}
    process.exit((await begin()).every((clip) => clip.samples.length === 80_000) ? 7 : 1);`,
};

test.each(Object.entries(PROGRAMS))('%s', async (_, program) => {
  const ended = run(process.execPath, ['--input-type=module', '-e', program]);
  await expect(ended).rejects.toMatchObject({ code: 7, signal: null, stderr: '' });
});
