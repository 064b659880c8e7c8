// augment-raw.mjs <noise|pitch|stretch> <amount> <sample rate> <folder> a.f32 …: raw mono floats through the public
// `augment`, each result under its own name into the folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { augment } from '../../../packages/features/dist/index.js';

const [kind, amount, rate, folder, ...paths] = process.argv.slice(2);
const field = { noise: 'snrDb', pitch: 'semitones', stretch: 'rate' }[kind];
const clips = paths.map((path) => {
  const bytes = readFileSync(path);
  return { samples: new Float32Array(new Uint8Array(bytes).buffer), sampleRateHz: Number(rate) };
});
const results = await augment(clips, { kind, [field]: Number(amount) });
results.forEach(({ samples }, i) => {
  writeFileSync(join(folder, basename(paths[i])), new Uint8Array(samples.buffer));
});
