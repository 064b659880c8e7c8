import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ProsodiaError, parseWith } from '@prosodia/contracts';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

/** A file of more is not read. */
const MAX_BYTES = 16 * 2 ** 20;

const answersSchema = z.strictObject({
  formatVersion: z.literal(1),
  recipe: z.string().min(1),
  protocol: z.string().min(1),
  corpus: z.string().min(1),
  labels: z.array(z.string().min(1)).min(2),
  clips: z.array(
    z.strictObject({
      /** Relative to the corpus, with "/". */
      path: z.string().min(1),
      speaker: z.string().min(1),
      truth: z.string().min(1),
      /** In order of time: hundredths of a second of speech heard, and the label's place. */
      answers: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
    }),
  ),
});

/** What was answered as clips were heard, each by a model that had not heard the speaker. */
export type KeptAnswers = z.output<typeof answersSchema>;

/** Where the answers of a recipe lie in the repository. */
export function keptAnswersPath(recipe: string): string {
  return fileURLToPath(new URL(`../../decisions/${encodeURIComponent(recipe)}.json.gz`, import.meta.url));
}

/** @throws ProsodiaError CHECKPOINT when there are none for the recipe, or they are not what they should be */
export async function readKeptAnswers(recipe: string): Promise<KeptAnswers> {
  const path = keptAnswersPath(recipe);
  let value: unknown;
  try {
    value = JSON.parse(gunzipSync(await readFile(path), { maxOutputLength: MAX_BYTES }).toString('utf8'));
  } catch (cause) {
    throw new ProsodiaError('CHECKPOINT', `Expected kept answers of ${recipe} in ${path}`, { cause });
  }
  const kept = parseWith(answersSchema, value, path, 'CHECKPOINT');
  const { labels, clips } = kept;
  const known = clips.every(
    ({ truth, answers }) => labels.includes(truth) && answers.every(([, label]) => label < labels.length),
  );
  if (!known) throw new ProsodiaError('CHECKPOINT', `Expected only the file's own labels in ${path}`);
  return kept;
}

export async function writeKeptAnswers(kept: KeptAnswers): Promise<string> {
  const path = keptAnswersPath(kept.recipe);
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, gzipSync(Buffer.from(JSON.stringify(kept)), { level: 9 }));
  return path;
}
