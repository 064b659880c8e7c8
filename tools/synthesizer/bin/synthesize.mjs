#!/usr/bin/env node
// prosodia-synthesize --out FOLDER [--speakers 8] [--seed 0]: a synthetic corpus under RAVDESS's names.
import { parseArgs } from 'node:util';
import { synthesizeCorpus } from '../dist/index.js';

const USAGE = 'prosodia-synthesize --out FOLDER [--speakers 8] [--seed 0]';

try {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, speakers: { type: 'string' }, seed: { type: 'string' } },
  });
  if (values.out === undefined) throw new Error('Expected a folder for --out but received none');
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const corpus = await synthesizeCorpus({
    outDir: values.out,
    ...(values.speakers === undefined ? {} : { speakers: Number(values.speakers) }),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    signal: stop.signal,
    onProgress: ({ done, total }) => {
      if (process.stderr.isTTY) process.stderr.write(`\rsynthetic corpus: ${done}/${total} clips`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(
    `${corpus.recordings} synthetic clips of ${corpus.speakers} synthetic speakers in ${corpus.outDir}${corpus.reused ? ' (already there)' : ''}`,
  );
} catch (error) {
  console.error(`${error.message}\nUsage: ${USAGE}`);
  process.exitCode = 1;
}
