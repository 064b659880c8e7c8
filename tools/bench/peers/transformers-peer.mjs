// transformers.js's audio-classification pipeline on WAV files: transformers-peer.mjs PLACE MODELS WAV…. See
// src/child-peer.ts. It takes samples at 16 kHz and reads no files in Node; here every third sample of 48 kHz is taken,
// which costs next to nothing: its own guide's way, the package wavefile, takes more than a second a clip.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [place, models, ...wavs] = process.argv.slice(2);
const require = createRequire(join(place, 'package.json'));
const HEADER_BYTES = 44;
const STEP = 3;

const main = require.resolve('@huggingface/transformers').replace(/\.node\.cjs$/, '.node.mjs');
const { env, pipeline } = await import(pathToFileURL(main).href);
env.allowRemoteModels = false;
env.localModelPath = models;
const classify = await pipeline('audio-classification', 'random', {
  dtype: 'fp32',
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
});

async function round() {
  const start = performance.now();
  for (const path of wavs) {
    const pcm = new Int16Array(new Uint8Array(readFileSync(path)).buffer, HEADER_BYTES);
    const samples = Float32Array.from(
      { length: Math.floor(pcm.length / STEP) },
      (_, i) => pcm[STEP * i] / 32_768,
    );
    const [found] = await classify(samples);
    if (!(found.score > 0)) throw new Error('no answer');
  }
  return (performance.now() - start) / wavs.length;
}

await round();
console.log(env.version);
for await (const _ of createInterface({ input: process.stdin })) console.log(await round());
