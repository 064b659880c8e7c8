import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decodeBytes, decodeFile } from '../src/decode.js';

const folder = dirname(fileURLToPath(import.meta.url));
const flac = join(folder, 'fixtures/stereo.flac');
const built = pathToFileURL(join(folder, '../dist/index.js')).href;

/** Runs a program that has `decodeFile`, `decodeBytes`, FLAC and the threads started since. */
function program(code: string, env: NodeJS.ProcessEnv = {}) {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const text = `import { decodeBytes, decodeFile } from '${built}';
    const FLAC = ${JSON.stringify(flac)};
    const threads = [];
    process.on('worker', (worker) => threads.push(worker));
    ${code}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...rest, ...env },
  });
  return { status, stdout, stderr };
}

const says = (stdout: string) => ({ status: 0, stdout, stderr: '' });

test('threads are started as they are needed, used again, and let the process end', () => {
  const code = `const one = await decodeFile(FLAC);
    const used = threads.length;
    const many = await Promise.all(Array(20).fill(FLAC).map((path) => decodeFile(path)));
    console.log(used, threads.length, many.every(({ samples }) => String(samples) === String(one.samples)));`;
  expect(program(code, { PROSODIA_THREADS: '2' })).toEqual(says('1 2 true\n'));
});

test('the event loop goes on while a file is decoded', async () => {
  let turns = 0;
  let done = false;
  const decoded = decodeFile(flac).finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise(setImmediate);
    turns++;
  }
  expect((await decoded).samples.length).toBeGreaterThan(0);
  expect(turns).toBeGreaterThan(10);
});

test('the bytes given stay as they are, also part of a larger buffer', async () => {
  const file = readFileSync(flac);
  const larger = Buffer.concat([Buffer.alloc(100, 7), file, Buffer.alloc(100, 7)]);
  const { samples, channels } = await decodeBytes(larger.subarray(100, 100 + file.length));
  const whole = await decodeFile(flac);
  expect(samples).toEqual(whole.samples);
  expect(channels).toBe(2);
  expect(larger.subarray(100, 100 + file.length).equals(file)).toBe(true);
});

test('a broken file is refused by name and the next one decoded', async () => {
  const broken = new Uint8Array(readFileSync(flac)).fill(0, 60);
  const results = await Promise.allSettled([decodeBytes(broken, 'broken.flac'), decodeFile(flac)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  await expect(decodeBytes(broken, 'broken.flac')).rejects.toMatchObject({
    code: 'DECODE',
    message: expect.stringMatching(/^Cannot decode broken\.flac as flac: /),
  });
});

test('what a file is decoded to does not depend on the files before, nor on whether its head knows its length', async () => {
  const file = new Uint8Array(readFileSync(flac));
  const streamed = file.slice();
  streamed[21]! &= 0xf0;
  streamed.fill(0, 22, 26);
  const cut = file.slice(0, Math.round(file.length / 2));
  const whole = await decodeBytes(file);
  const half = await decodeBytes(cut).catch(({ code }) => code);
  for (const bytes of [file, streamed, cut, file, streamed, file]) {
    const decoded = await decodeBytes(bytes).catch(({ code }) => code);
    expect(decoded).toEqual(bytes === cut ? half : whole);
  }
});

test('a thread that dies takes its file with it and no other', () => {
  const code = `import { readFileSync } from 'node:fs';
    const bytes = readFileSync(FLAC);
    await decodeBytes(bytes);
    // Ended the moment it is given work.
    threads[0].postMessage = () => void threads[0].terminate();
    const dying = decodeBytes(bytes, 'first.flac').catch(({ code, message }) => console.log(code, message));
    const waiting = decodeBytes(bytes, 'second.flac');
    await dying;
    console.log((await waiting).channels);`;
  expect(program(code, { PROSODIA_THREADS: '1' })).toEqual(
    says('DECODE Cannot decode first.flac as flac: its thread ended: it stopped without saying why\n2\n'),
  );
});

test('decodes inside a worker thread', () => {
  const code = `import { Worker } from 'node:worker_threads';
    const inside = \`import { parentPort } from 'node:worker_threads';
      import { decodeFile } from '${built}';
      parentPort.postMessage((await decodeFile(\${JSON.stringify(FLAC)})).channels);\`;
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(inside)), { execArgv: [] })
      .once('message', (channels) => console.log(channels));`;
  expect(program(code)).toEqual(says('2\n'));
});
