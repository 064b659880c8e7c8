import { ProsodiaError, type RowRef, type Split } from '@prosodia/contracts';
import type { Corpus } from '../corpus/corpus.js';

/** What a split needs to know of a corpus. */
export type SplitCorpus = Pick<Corpus, 'recordings' | 'contentHashes'>;

/** What of a split decides whether it may be. */
export type CheckedSplit = Pick<Split, 'protocol' | 'train' | 'validation' | 'test' | 'validationIsTest'>;

/**
 * Refuses a split that lets a side know what its protocol forbids.
 *
 * @throws ProsodiaError CORPUS: a speaker (protocol `speaker`) or a recording or its copy (`speaker`,
 *   `recording`) on two sides, a row on two sides or twice on one, a row the corpus does not have
 */
export function checkSplit(corpus: SplitCorpus, split: CheckedSplit): void {
  const sides = split.validationIsTest ? { ...split, validation: [] as RowRef[] } : split;
  if (split.validationIsTest && split.protocol !== 'augmented-random')
    throw new ProsodiaError('CORPUS', `The protocol ${split.protocol} may not validate on its test side`);
  requireDisjoint(sides, 'row', (row) => {
    if (!corpus.recordings[row.recording])
      throw new ProsodiaError('CORPUS', `The split names recording ${row.recording}, which the corpus lacks`);
    return `${row.recording}.${row.variant}`;
  });
  requireOnce(sides);
  if (split.protocol === 'augmented-random') return;
  requireDisjoint(sides, 'recording', (row) => String(row.recording));
  requireDisjoint(sides, 'recording (same bytes)', (row) => corpus.contentHashes[row.recording]!);
  if (split.protocol === 'speaker')
    requireDisjoint(sides, 'speaker', (row) => corpus.recordings[row.recording]!.speaker);
}

type Sides = Pick<Split, 'train' | 'validation' | 'test'>;

const SIDES = ['train', 'validation', 'test'] as const;

function requireDisjoint(sides: Sides, what: string, keyOf: (row: RowRef) => string): void {
  const sideOf = new Map<string, string>();
  for (const side of SIDES)
    for (const row of sides[side]) {
      const key = keyOf(row);
      const other = sideOf.get(key) ?? side;
      if (other !== side)
        throw new ProsodiaError(
          'CORPUS',
          `Expected each ${what} on one side but ${key} is in ${other} and ${side}`,
        );
      sideOf.set(key, side);
    }
}

function requireOnce(sides: Sides): void {
  for (const side of SIDES) {
    const seen = new Set(sides[side].map((row) => `${row.recording}.${row.variant}`));
    if (seen.size !== sides[side].length)
      throw new ProsodiaError('CORPUS', `Expected each row once but the ${side} side repeats one`);
  }
}
