// f0-contours.mjs <sample rate> <hop> a.f32 …: raw mono floats through the public `extractProsody`; one line of JSON for
// each, its F0 in Hz (0: unvoiced), frame i centred on sample i · hop.
import { readFileSync } from 'node:fs';
import { extractProsody } from '../../../packages/features/dist/index.js';

const [rate, hop, ...paths] = process.argv.slice(2);
const clips = paths.map((path) => {
  const bytes = readFileSync(path);
  return { samples: new Float32Array(new Uint8Array(bytes).buffer), sampleRateHz: Number(rate) };
});
const options = { sampleRateHz: Number(rate), nFft: 1024, hopLength: Number(hop) };
for (const { f0Hz } of await extractProsody(clips, options)) console.log(JSON.stringify(Array.from(f0Hz)));
