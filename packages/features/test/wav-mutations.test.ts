import { readFileSync } from 'node:fs';
import { isProsodiaError } from '@prosodia/contracts';
import { decodeBytes } from '../src/decode.js';
import { extractFromFiles } from '../src/extract-sources.js';
import { encodeWav } from '../src/wav.js';
import { signalPath } from './reference.js';
import { vowel } from './support/speechlike.js';

const MUTATIONS = 1_500;

/** A small generator of its own, so that every run tries the same files. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Bytes overwritten in the headers or anywhere (but the first: 255 is where MP3 begins), lengths set to extremes, the
 * end cut off, a piece doubled. */
function mutated(file: Uint8Array, draw: (below: number) => number): Uint8Array {
  const bytes = new Uint8Array(file);
  for (let change = draw(4); change >= 0; change--) {
    const at = 1 + draw((draw(2) === 0 ? Math.min(60, bytes.length) : bytes.length) - 1);
    switch (draw(4)) {
      case 0:
        bytes[at] = draw(256);
        break;
      case 1:
        bytes.fill(255, at, at + 4);
        break;
      case 2:
        return bytes.slice(0, at);
      default:
        bytes.copyWithin(at, 12, 12 + draw(64));
    }
  }
  return bytes;
}

test(`${MUTATIONS} mutated WAV files each give samples or an error, and the addon lives on`, async () => {
  const draw = generator(20_261_124);
  const whole = [
    new Uint8Array(readFileSync(signalPath('short'))),
    new Uint8Array(readFileSync(signalPath('empty'))),
    encodeWav(vowel(180, 8_000, 0.05), 'float32'),
  ];
  const files = Array.from({ length: MUTATIONS }, (_, i) => mutated(whole[i % whole.length]!, draw));
  // No resampling: a mutated rate would make the work, not the reader, the thing that is tested.
  const items = await extractFromFiles(
    files,
    { nFft: 64, nMels: 8, nMfcc: 4 },
    { summary: 'mean', maxClipSec: 1 },
  );
  const outcomes = new Set<string>();
  for (const [index, item] of items.entries()) {
    const decoded = await decodeBytes(files[index]!).then(
      ({ samples, sampleRateHz }) => samples.length / sampleRateHz,
      (error: unknown) => {
        if (!isProsodiaError(error)) throw error;
        return error.code;
      },
    );
    if (item.ok) {
      expect(item.value.durationSec).toBe(decoded);
      expect(item.value.matrix.data.every(Number.isFinite)).toBe(true);
    } else if (typeof decoded === 'string') {
      expect(item.error.code).toBe(decoded);
    } else {
      // Decoded, but refused for its length or for a float that is not finite.
      expect(['LIMIT', 'INVALID_ARGUMENT']).toContain(item.error.code);
    }
    outcomes.add(item.ok ? 'ok' : item.error.code);
  }
  expect([...outcomes].sort()).toEqual(expect.arrayContaining(['DECODE', 'ok']));
});
