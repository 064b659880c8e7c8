import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ProsodiaError, type Recording } from '@prosodia/contracts';
import { listFolder } from './audio-files.js';
import type { Corpus } from './corpus.js';
import { describeCorpus } from './describe.js';
import { loadEmodb } from './emodb.js';
import { type AdapterOptions, stemOf } from './folders.js';
import { loadManifest } from './manifest.js';
import { loadRavdess } from './ravdess.js';

export const CORPUS_ADAPTERS = ['auto', 'ravdess', 'emodb', 'manifest'] as const;
export type CorpusAdapter = (typeof CORPUS_ADAPTERS)[number];

export interface LoadCorpusOptions extends AdapterOptions {
  /** `auto` looks at the path: a `.csv` or `.jsonl` file is a manifest, a folder is known by its file names. */
  readonly adapter?: CorpusAdapter | undefined;
}

type Loader = (paths: readonly string[], options: AdapterOptions) => Promise<Corpus>;

const LOADERS: Readonly<Record<Exclude<CorpusAdapter, 'auto'>, Loader>> = {
  ravdess: loadRavdess,
  emodb: loadEmodb,
  manifest: loadManifest,
};

/**
 * Reads labelled recordings and says what was found, what was left out and what is missing.
 *
 * @param paths  folders or manifests; several become one corpus
 * @throws ProsodiaError CORPUS (nothing there, nothing usable, an adapter that cannot be told), ABORTED
 * @example
 * const corpus = await loadCorpus('/data/ravdess');
 * console.log(corpus.report.distributions.emotion.neutral); // 96
 */
export async function loadCorpus(
  paths: string | readonly string[],
  options: LoadCorpusOptions = {},
): Promise<Corpus> {
  const list = typeof paths === 'string' ? [paths] : paths;
  if (list.length === 0)
    throw new ProsodiaError('INVALID_ARGUMENT', 'Expected at least one path for the corpus');
  const adapter = options.adapter ?? 'auto';
  if (!CORPUS_ADAPTERS.includes(adapter))
    throw new ProsodiaError(
      'INVALID_ARGUMENT',
      `Expected one of ${CORPUS_ADAPTERS.join(', ')} for adapter but received ${String(adapter)}`,
    );
  const groups = new Map<Loader, string[]>();
  for (const path of list) {
    const loader = LOADERS[adapter === 'auto' ? await recogniseAdapter(path) : adapter];
    groups.set(loader, [...(groups.get(loader) ?? []), path]);
  }
  const corpora: Corpus[] = [];
  for (const [loader, group] of groups) corpora.push(await loader(group, options));
  return corpora.length === 1 ? corpora[0]! : mergeCorpora(corpora);
}

async function recogniseAdapter(path: string): Promise<Exclude<CorpusAdapter, 'auto'>> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ProsodiaError('CORPUS', `Expected a corpus but there is nothing at ${path}`, { cause });
  });
  if (found.isFile()) {
    if (['.csv', '.jsonl'].includes(extname(path).toLowerCase())) return 'manifest';
    throw new ProsodiaError('CORPUS', `Expected a folder, a .csv or a .jsonl file but received ${path}`);
  }
  const { audio } = await listFolder(path);
  const share = (pattern: RegExp) => audio.filter((file) => pattern.test(stemOf(file))).length;
  const ravdess = share(/^\d+(-\d+){6}$/);
  const emodb = share(/^\d\d[ab]\d\d[A-Z][a-z]?$/);
  if (ravdess === 0 && emodb === 0)
    throw new ProsodiaError(
      'CORPUS',
      `Found ${audio.length} audio files in ${path} but no name of RAVDESS (03-01-06-01-02-01-12) or EmoDB ` +
        `(03a01Fa); list recordings of your own in a manifest with the columns path, emotion, speaker`,
    );
  return ravdess >= emodb ? 'ravdess' : 'emodb';
}

/** One corpus out of several; speakers of the same name in two corpora are told apart by the corpus's name. */
export function mergeCorpora(corpora: readonly Corpus[]): Corpus {
  const owners = new Map<string, Set<string>>();
  for (const corpus of corpora)
    for (const { speaker } of corpus.recordings)
      owners.set(speaker, (owners.get(speaker) ?? new Set()).add(corpus.name));
  const recordings: Recording[] = corpora.flatMap((corpus) =>
    corpus.recordings.map((recording) =>
      owners.get(recording.speaker)!.size > 1
        ? { ...recording, speaker: `${corpus.name}/${recording.speaker}` }
        : recording,
    ),
  );
  const all = <T>(part: (corpus: Corpus) => readonly T[]) => corpora.flatMap((corpus) => [...part(corpus)]);
  const words = (part: (corpus: Corpus) => string, joint: string) =>
    [...new Set(corpora.map(part))].join(joint);
  return describeCorpus({
    adapter: words((corpus) => corpus.report.adapter, '+'),
    name: words((corpus) => corpus.name, '+'),
    licence: words((corpus) => corpus.licence, '; '),
    files: corpora.reduce((sum, corpus) => sum + corpus.report.files, 0),
    recordings,
    contentHashes: all((corpus) => corpus.contentHashes),
    malformed: all((corpus) => corpus.report.malformed),
    missing: all((corpus) => corpus.report.missing),
    otherFiles: all((corpus) => corpus.report.otherFiles),
  });
}
