import { ProsodiaError } from '@prosodia/contracts';
import type { Corpus } from './corpus.js';
import { describeCorpus } from './describe.js';

/** The four emotions that corpora are compared on. */
export const SHARED_EMOTIONS = ['angry', 'happy', 'neutral', 'sad'] as const;

/**
 * Several corpora as one, with the recordings of some emotions alone.
 *
 * @throws ProsodiaError CORPUS when one of them has none of these emotions
 */
export function joinCorpora(
  corpora: readonly Corpus[],
  emotions: readonly string[] = SHARED_EMOTIONS,
): Corpus {
  const parts = corpora.map((corpus) => {
    const places = corpus.recordings.flatMap(({ emotion }, place) =>
      emotions.includes(emotion) ? [place] : [],
    );
    if (places.length === 0)
      throw new ProsodiaError(
        'CORPUS',
        `Expected recordings of ${emotions.join(', ')} in ${corpus.name} but there are none`,
      );
    return places.map((place) => [corpus.recordings[place]!, corpus.contentHashes[place]!] as const);
  });
  const all = parts.flat();
  return describeCorpus({
    adapter: corpora.map(({ report }) => report.adapter).join('+'),
    name: corpora.map(({ name }) => name).join('+'),
    licence: corpora.map(({ licence }) => licence).join('; '),
    files: all.length,
    recordings: all.map(([recording]) => recording),
    contentHashes: all.map(([, hash]) => hash),
    malformed: corpora.flatMap(({ report }) => report.malformed),
    missing: [],
    otherFiles: [],
  });
}
