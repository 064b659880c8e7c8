// Our MFCC of clips in memory on the instruction set that PROSODIA_ISA names: isa-child.js FOLDER RATE
// REPEATS. See child-peer.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { extractFeatures } from '@prosodia/features';
import { ownVersion } from './machine.js';

const [folder = '', ...numbers] = process.argv.slice(2);
const [sampleRateHz = 0, repeats = 1] = numbers.map(Number);
const clips = readdirSync(folder)
  .sort()
  .map((name) => {
    const samples = new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
    return { samples, sampleRateHz };
  });

async function round(): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) await extractFeatures(clips, { sampleRateHz }, { threads: 1 });
  return (performance.now() - start) / (repeats * clips.length);
}

await round();
console.log(ownVersion());
for await (const _ of createInterface({ input: process.stdin })) console.log(await round());
