import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeWav } from '@prosodia/features';
import { Random } from '../../src/random.js';
import type { RecipeOptions } from '../../src/recipes/recipe.js';

const RATE_HZ = 8_000;
const SECONDS = 0.3;

/** Emotions of the tone corpus (RAVDESS numbers) and the tone each is heard as, in Hz. */
const TONES: Readonly<Record<string, number>> = { '03': 300, '04': 900, '05': 2_000 };

/** A recipe that learns the tone corpus in a second. */
export const TONE_RECIPE: RecipeOptions = {
  name: 'tones',
  summary: 'A test',
  features: { sampleRateHz: RATE_HZ, nMfcc: 8, nFft: 512, hopLength: 256, nMels: 32 },
  input: { summary: 'mean' },
  standardize: true,
  augmentation: [],
  model: { kind: 'lstm', lstm: [16, 8], dense: [16], dropout: 0.1 },
  optimizer: { kind: 'adam', learningRate: 0.02 },
  batchSize: 8,
  epochs: 8,
  patience: 8,
  monitor: 'accuracy',
};

/**
 * Writes recordings under RAVDESS's names: noisy tones whose pitch says the emotion and shifts with the speaker.
 *
 * @returns number of recordings
 */
export async function writeToneCorpus(folder: string, speakers: number): Promise<number> {
  let recordings = 0;
  for (let speaker = 1; speaker <= speakers; speaker++) {
    const actor = String(speaker).padStart(2, '0');
    await mkdir(join(folder, `Actor_${actor}`), { recursive: true });
    for (const [emotion, toneHz] of Object.entries(TONES))
      for (const statement of ['01', '02'])
        for (const repetition of ['01', '02']) {
          const name = `03-01-${emotion}-01-${statement}-${repetition}-${actor}.wav`;
          const samples = tone(toneHz * (1 + speaker / 100), recordings++);
          await writeFile(
            join(folder, `Actor_${actor}`, name),
            encodeWav({ samples, sampleRateHz: RATE_HZ }),
          );
        }
  }
  return recordings;
}

function tone(frequencyHz: number, seed: number): Float32Array {
  const random = new Random(seed, 'tone');
  return Float32Array.from({ length: RATE_HZ * SECONDS }, (_, index) => {
    const wave = Math.sin((2 * Math.PI * frequencyHz * index) / RATE_HZ);
    return 0.4 * wave + 0.1 * random.uniform(-1, 1);
  });
}
