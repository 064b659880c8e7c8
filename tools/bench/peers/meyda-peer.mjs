// Meyda's MFCC of clips in memory, frame by frame as it works: meyda-peer.mjs PLACE FOLDER RATE. See src/child-peer.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [place, folder, rate] = process.argv.slice(2);
const require = createRequire(join(place, 'package.json'));
const Meyda = require('meyda');
const FRAME = 2048;
const HOP = 512;
Object.assign(Meyda, { bufferSize: FRAME, sampleRate: Number(rate), numberOfMFCCCoefficients: 13 });

const clips = readdirSync(folder)
  .sort()
  .map((name) => new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer));

function round() {
  const start = performance.now();
  for (const clip of clips) {
    const padded = new Float32Array(clip.length + FRAME);
    padded.set(clip, FRAME / 2);
    for (let at = 0; at + FRAME <= padded.length; at += HOP) {
      Meyda.extract('mfcc', padded.subarray(at, at + FRAME));
    }
  }
  return (performance.now() - start) / clips.length;
}

round();
console.log(require('meyda/package.json').version);
for await (const _ of createInterface({ input: process.stdin })) console.log(round());
