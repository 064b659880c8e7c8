import { readFile } from 'node:fs/promises';
import { extractFromFiles } from '@prosodia/features';

const REFERENCE = new URL('../../golden/reference/', import.meta.url);

/** Largest difference to librosa in float64 over the golden cases named, as the tests hold it. */
async function largestDifference(names: readonly string[]): Promise<number> {
  const index = JSON.parse(await readFile(new URL('mfcc.json', REFERENCE), 'utf8')) as {
    cases: { name: string; signal: string; options: object; offset: number }[];
  };
  const bytes = await readFile(new URL('mfcc.f64', REFERENCE));
  let largest = 0;
  for (const { signal, options, offset } of index.cases.filter(({ name }) => names.includes(name))) {
    const path = new URL(`signals/${signal}.wav`, REFERENCE);
    const [item] = await extractFromFiles([path], options);
    if (!item?.ok) throw new Error(`${signal}: ${item?.error.message}`);
    item.value.matrix.data.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - bytes.readDoubleLE(8 * (offset + i))));
    });
  }
  return largest;
}

/** What a table says beside our speed, of features at the audio's own rate. */
export const mfccAccuracy = await describe([
  'librosa defaults, voice',
  'librosa defaults, noise',
  '48 kHz as it is',
]);

/** The same where librosa resamples first, by soxr's HQ. */
export const resampledAccuracy = await describe(['48 to 22.05 kHz', '44.1 to 22.05 kHz']);

async function describe(names: readonly string[]): Promise<string> {
  return `max |Δ| ${(await largestDifference(names)).toExponential(1)} to librosa in float64`;
}
