import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const native = new URL('../../../native/dist/index.js', import.meta.url);

/** Starts a trainer; `order` makes one of any length. */
const BEGIN = `
const { nativeAddon } = await import('${native}');
const trainer = new (nativeAddon().Trainer)({
  steps: 4, width: 2, batchSize: 8, threads: 3, seed: 1, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7,
  weightDecay: 0, classWeights: [],
  layers: [{ kind: 'lstm', units: 40, returnSequences: false }, { kind: 'dense', units: 2, relu: false }],
});
trainer.setRows(new Float32Array(80), new Int32Array(10));
const order = (length) => Int32Array.from({ length }, (_, i) => i % 10);
`;

const PROGRAMS = {
  'the process exits while an epoch runs': `${BEGIN}
    trainer.epoch(order(200_000));
    setTimeout(() => process.exit(7), 20);`,
  'a worker is terminated while its epoch runs': `
    const { Worker } = await import('node:worker_threads');
    const source = ${JSON.stringify(`(async () => {${BEGIN}
      trainer.epoch(order(200_000));
      (await import('node:worker_threads')).parentPort.postMessage('running');
    })();`)};
    const worker = new Worker(source, { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    ${BEGIN}
    await trainer.epoch(order(100));
    process.exit(7);`,
  'a trainer is disposed of and forgotten while its epoch runs': `${BEGIN}
    const running = trainer.epoch(order(2_000_000));
    trainer.dispose();
    await running.then(() => process.exit(1), (error) => process.exit(error.code === 'ABORTED' ? 7 : 2));`,
};

test.each(Object.entries(PROGRAMS))('%s', async (_, program) => {
  const ended = run(process.execPath, ['--input-type=module', '-e', program]);
  await expect(ended).rejects.toMatchObject({ code: 7, signal: null, stderr: '' });
});
