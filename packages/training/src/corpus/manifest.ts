import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { ProsodiaError, type Recording } from '@prosodia/contracts';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { hashFiles } from './audio-files.js';
import type { Corpus, CorpusProblem } from './corpus.js';
import { describeCorpus } from './describe.js';
import { type AdapterOptions, requireRecordings, stemOf } from './folders.js';

const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

const word = z
  .string({ error: 'Expected a word' })
  .transform((text) => text.trim())
  .pipe(z.string().min(1, 'Expected a word but found nothing'));
/** An empty CSV cell and a JSON null both say "not known". */
const optional = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), z.union([z.null(), schema]));
const choice = (...words: [string, ...string[]]) =>
  z.preprocess((value) => (typeof value === 'string' ? value.trim().toLowerCase() : value), z.enum(words));

const lineSchema = z.object({
  path: word,
  emotion: word.transform((text) => text.toLowerCase()),
  speaker: word,
  sex: optional(choice('female', 'male')),
  intensity: optional(choice('normal', 'strong')),
  text: optional(z.string()),
  repetition: optional(z.coerce.number().int().min(1)),
});

interface Line {
  readonly number: number;
  readonly values: unknown;
}

/**
 * Reads anybody's recordings from a table: CSV with a header line, or JSON lines.
 *
 * Columns `path` (relative to the manifest), `emotion`, `speaker`; optional `sex` (female, male), `intensity`
 * (normal, strong), `text`, `repetition`. Other columns are ignored. The corpus takes the manifest's name.
 *
 * @param manifests  `.csv` or `.jsonl` files; those of one call form one corpus
 * @throws ProsodiaError CORPUS with file and line (a missing column or value, a word that is not allowed)
 */
export async function loadManifest(
  manifests: readonly string[],
  options: AdapterOptions = {},
): Promise<Corpus> {
  const name = [...new Set(manifests.map(stemOf))].join('+');
  const planned: Recording[] = [];
  const malformed: CorpusProblem[] = [];
  const firstOf = new Map<string, string>();
  let lines = 0;
  for (const manifest of manifests) {
    for (const line of await readLines(manifest)) {
      lines++;
      const where = `${manifest}:${line.number}`;
      const recording = recordingOf(line, manifest, name, where);
      const first = firstOf.get(recording.path);
      if (first !== undefined) {
        malformed.push({ path: where, reason: `${recording.path} was already named at ${first}` });
        continue;
      }
      firstOf.set(recording.path, where);
      planned.push(recording);
    }
  }
  const { hashes, unreadable } = await hashFiles(
    planned.map((recording) => recording.path),
    options.signal,
  );
  if (options.signal?.aborted) throw new ProsodiaError('ABORTED', 'Reading the corpus was aborted');
  for (const { path, reason } of unreadable)
    malformed.push({ path: firstOf.get(path)!, reason: `${path}: ${reason}` });
  const recordings = planned.filter((recording) => hashes.has(recording.path));
  requireRecordings(
    recordings.length,
    manifests,
    'a manifest has the columns path, emotion, speaker',
    malformed,
  );
  return describeCorpus({
    adapter: 'manifest',
    name,
    licence: 'not stated',
    files: lines,
    recordings,
    contentHashes: recordings.map((recording) => hashes.get(recording.path)!),
    malformed,
    missing: [],
    otherFiles: [],
  });
}

async function readLines(manifest: string): Promise<Line[]> {
  const bytes = await readFile(manifest).catch((cause: unknown) => {
    throw new ProsodiaError('CORPUS', `Expected a manifest but cannot read ${manifest}`, { cause });
  });
  if (bytes.length > MAX_MANIFEST_BYTES)
    throw new ProsodiaError(
      'LIMIT',
      `Expected a manifest of at most ${MAX_MANIFEST_BYTES} bytes but ${manifest} has ${bytes.length}`,
    );
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return extname(manifest).toLowerCase() === '.csv' ? csvLines(text, manifest) : jsonLines(text, manifest);
}

function csvLines(text: string, manifest: string): Line[] {
  try {
    const rows = parse(text, { columns: checkedHeader, info: true, skip_empty_lines: true }) as unknown;
    return (rows as { info: { lines: number }; record: unknown }[]).map(({ info, record }) => ({
      number: info.lines,
      values: record,
    }));
  } catch (cause) {
    const line = (cause as { lines?: number }).lines;
    const where = line === undefined ? manifest : `${manifest}:${line}`;
    throw new ProsodiaError('CORPUS', `${where}: ${(cause as Error).message}`, { cause });
  }
}

function checkedHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const lacking = ['path', 'emotion', 'speaker'].filter((name) => !names.includes(name));
  if (lacking.length > 0)
    throw new Error(
      `Expected the columns path, emotion, speaker in the header but ${lacking.join(', ')} is missing`,
    );
  return names;
}

function jsonLines(text: string, manifest: string): Line[] {
  const lines: Line[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      lines.push({ number: index + 1, values: JSON.parse(line) });
    } catch (cause) {
      throw new ProsodiaError('CORPUS', `${manifest}:${index + 1}: Expected one JSON object on the line`, {
        cause,
      });
    }
  }
  return lines;
}

function recordingOf(line: Line, manifest: string, corpus: string, where: string): Recording {
  const parsed = lineSchema.safeParse(line.values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.map(String).join('.');
    const received = (line.values as Record<string, unknown> | null)?.[field];
    throw new ProsodiaError(
      'CORPUS',
      `${where}: Invalid ${field || 'line'}${received === undefined ? '' : ` ${JSON.stringify(received)}`}: ${explain(issue, field)}`,
    );
  }
  const { path, emotion, speaker, sex, intensity, text, repetition } = parsed.data;
  return {
    path: resolve(dirname(manifest), path),
    corpus,
    speaker,
    sex: sex as Recording['sex'],
    emotion,
    intensity: intensity as Recording['intensity'],
    text,
    repetition,
    synthetic: false,
  };
}

const ALLOWED: Readonly<Record<string, string>> = {
  sex: 'Expected female, male or nothing',
  intensity: 'Expected normal, strong or nothing',
  repetition: 'Expected a whole number from 1 or nothing',
  text: 'Expected text or nothing',
};

/** A union's own message ("Invalid input") says nothing: name what is allowed. */
function explain(issue: z.core.$ZodIssue, field: string): string {
  return ALLOWED[field] ?? issue.message;
}
