// One measurement of the linearity bench: node linearity-run.js CLIPS SECONDS prints JSON. A process of its own, so
// that the greatest resident size is this work's.
import { extractFeatures } from '@prosodia/features';
import { buzz } from './clips.js';
import { ownVersion } from './machine.js';

const SAMPLE_RATE_HZ = 22_050;
const [clipCount, durationSec] = process.argv.slice(2).map(Number) as [number, number];
const DIFFERENT = 50;

const distinct = Array.from({ length: Math.min(DIFFERENT, clipCount) }, (_, i) =>
  buzz(i + 1, SAMPLE_RATE_HZ, durationSec),
);
const clips = Array.from({ length: clipCount }, (_, i) => distinct[i % distinct.length]!);
const summary = clipCount === 1 ? 'frames' : 'mean';
await extractFeatures([buzz(99, SAMPLE_RATE_HZ, 1)], {}, { threads: 1 });
const before = process.resourceUsage().maxRSS;
const start = performance.now();
await extractFeatures(clips, {}, { threads: 1, summary });
const ms = performance.now() - start;
const grownMiB = (process.resourceUsage().maxRSS - before) / 1_024;
const samplesMiB = (clipCount * durationSec * SAMPLE_RATE_HZ * 4) / 2 ** 20;
console.log(JSON.stringify({ version: ownVersion(), ms, samplesMiB, grownMiB }));
