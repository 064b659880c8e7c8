// Prints the features of every golden case as one line of JSON: [{ data: base64 of float32, frames, coefficients }].
// The instruction set is chosen when the addon loads, so each needs a process of its own.
// node golden-features.mjs < [{ path, options }]
import { text } from 'node:stream/consumers';
import { extractFromFiles } from '../../dist/index.js';

const cases = JSON.parse(await text(process.stdin));
const results = [];
for (const { path, options } of cases) {
  const [item] = await extractFromFiles([path], options);
  if (!item.ok) throw new Error(item.error.message);
  const { data, frames, coefficients } = item.value.matrix;
  results.push({ data: Buffer.from(data.buffer).toString('base64'), frames, coefficients });
}
console.log(JSON.stringify(results));
